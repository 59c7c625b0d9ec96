import { createRoot } from 'react-dom/client';
import '@xyflow/react/dist/style.css';
import './styles/tokens.css';
import './styles/page.css';
import './styles/diagram.css';
import './styles/sheet.css';
import './styles/verdict.css';
import { App } from './app/App';
import { desk } from './app/desk';

createRoot(document.getElementById('page')!).render(<App />);
void desk.start();
