import { useEffect } from 'react';
import { Canvas } from '../diagram/Canvas';
import { Dialogs } from '../panels/Dialogs';
import { Outline } from '../panels/Outline';
import { Palette } from '../panels/Palette';
import { Problems } from '../panels/Problems';
import { Sheet } from '../panels/Sheet';
import { TopBar } from '../panels/TopBar';
import { Icon } from '../parts/icons';
import { LivePanel, Timeline } from '../verdict/LivePanel';
import { AddressPanel } from '../verdict/AddressPanel';
import { ComparePanel } from '../verdict/ComparePanel';
import { MatrixPanel } from '../verdict/MatrixPanel';
import { VerdictPanel } from '../verdict/VerdictPanel';
import { desk } from './desk';
import { dropFiles, onKey } from './keys';
import { docOf, isWide, readOnlyOf, useApp, View } from './store';

const PANELS: Readonly<Record<View, { title: string; body: () => React.ReactNode }>> = {
  board: { title: 'Properties', body: () => <Sheet /> },
  verdict: { title: 'Verdict', body: () => <VerdictPanel /> },
  matrix: { title: 'Every pair', body: () => <MatrixPanel /> },
  addresses: { title: 'Address map', body: () => <AddressPanel /> },
  compare: { title: 'Compare', body: () => <ComparePanel /> },
  live: { title: 'Running', body: () => <LivePanel /> },
};

export function App() {
  const view = useApp((s) => s.view);
  const theme = useApp((s) => s.theme);
  const panel = PANELS[view];
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  useEffect(() => {
    const drag = (event: DragEvent) => event.preventDefault();
    const drop = (event: DragEvent) => {
      event.preventDefault();
      void dropFiles(event.dataTransfer?.files);
    };
    addEventListener('keydown', onKey);
    addEventListener('dragover', drag);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('keydown', onKey);
      removeEventListener('dragover', drag);
      removeEventListener('drop', drop);
    };
  }, []);
  return (
    <div className={`frame${isWide(view) ? ' wide' : ''}`}>
      <TopBar />
      <Banners />
      <aside className="side left" aria-label="Outline and palette">
        <h2 className="heading">Outline</h2>
        <Outline />
        <Palette />
      </aside>
      <main className="centre" aria-label="Diagram">
        <Canvas />
      </main>
      <aside className="side right" aria-label={panel.title}>
        <div className="scroll" tabIndex={0} role="region" aria-label={`${panel.title}, content`}>
          {panel.body()}
        </div>
      </aside>
      <section className="messages" aria-label="Messages">
        {view === 'live' ? <Timeline /> : <Problems />}
      </section>
      <Notices />
      <Dialogs />
      <Announcement />
    </div>
  );
}

function Banners() {
  const lost = useApp((s) => s.connection === 'lost');
  const readOnly = useApp(readOnlyOf);
  const disk = useApp((s) => docOf(s)?.disk);
  const doc = useApp((s) => s.doc);
  return (
    <div className="banner" role="status">
      {lost && (
        <p className="lost">
          The connection to the yard is lost. Connecting again; nothing you did before is lost, and what you do now is
          refused until then.
        </p>
      )}
      {readOnly !== undefined && <p>Read-only: {readOnly}</p>}
      {disk === 'changed' && (
        <p>
          The file has changed on disk since it was read.
          <button type="button" className="plain" onClick={() => void desk.run(() => reload(doc!))}>
            Read it again
          </button>
        </p>
      )}
      {disk === 'deleted' && <p>The file is gone from the disk. Saving writes it again.</p>}
    </div>
  );
}

async function reload(doc: string): Promise<void> {
  await desk.client.reload(doc);
  await desk.fetch(doc);
}

function Notices() {
  const notices = useApp((s) => s.notices);
  return (
    <section className="notices" aria-label="Notices">
      {notices.map((notice) => (
        <div key={notice.id} className={`notice ${notice.tone}`} role={notice.tone === 'error' ? 'alert' : undefined}>
          <span>{notice.text}</span>
          <button type="button" className="icon" aria-label="Dismiss" onClick={() => desk.dismiss(notice.id)}>
            <Icon name="close" size={14} />
          </button>
        </div>
      ))}
    </section>
  );
}

function Announcement() {
  const text = useApp((s) => s.announcement);
  return (
    <div className="spoken" aria-live="polite" role="log" aria-label="What happened">
      {text}
    </div>
  );
}
