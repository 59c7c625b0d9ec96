import { show } from '../app/answers';
import { redo, save, undo } from '../app/edits';
import { docOf, readOnlyOf, store, useApp, View } from '../app/store';
import { Icon } from '../parts/icons';
import { Search } from './Search';

const VIEWS: readonly (readonly [View, string])[] = [
  ['board', 'Board'],
  ['verdict', 'Verdict'],
  ['matrix', 'Matrix'],
  ['addresses', 'Addresses'],
  ['compare', 'Compare'],
  ['live', 'Live'],
];

export function TopBar() {
  const info = useApp(docOf);
  const readOnly = useApp(readOnlyOf);
  const view = useApp((s) => s.view);
  const theme = useApp((s) => s.theme);
  const hasLive = useApp((s) => s.live !== undefined);
  const turnTheme = () => {
    const next = theme === 'dark' ? 'light' : 'dark';
    store.set({ theme: next });
    try {
      localStorage.setItem('bufferyard.theme', next);
    } catch {
      // Private windows keep nothing.
    }
  };
  return (
    <header className="topbar">
      <h1 className="brand">
        <img src="icon.svg" alt="" />
        Bufferyard
      </h1>
      <div className="group document">
        <button
          type="button"
          aria-label={`${info?.path ?? 'Open…'}: open or make a board`}
          title="Open (Ctrl+O)"
          onClick={() => store.set({ dialog: { kind: 'files' } })}
        >
          <Icon name="open" />
          <span className="name">{info?.path ?? 'Open…'}</span>
        </button>
        {info?.unsaved === true && (
          <span className="unsaved" title="There are changes that are not saved">
            ● unsaved
          </span>
        )}
        {readOnly !== undefined && <span className="badge warning">read-only</span>}
      </div>
      <div className="group">
        <Undo label="Undo" what={info?.undo} onClick={() => void undo()} />
        <Undo label="Redo" what={info?.redo} onClick={() => void redo()} />
        <button
          type="button"
          title="Save (Ctrl+S)"
          disabled={info === undefined || (!info.unsaved && info.onDisk && info.disk === 'same')}
          onClick={() => void save()}
        >
          <Icon name="save" /> Save
        </button>
        <button
          type="button"
          disabled={info === undefined}
          onClick={() => info && store.set({ dialog: { kind: 'save-as', path: info.path } })}
        >
          Save as…
        </button>
      </div>
      <div className="group" role="group" aria-label="View">
        {VIEWS.filter(([v]) => v !== 'live' || hasLive).map(([v, label]) => (
          <button
            key={v}
            type="button"
            aria-pressed={view === v}
            disabled={info === undefined}
            onClick={() => show(v)}
          >
            {label}
          </button>
        ))}
      </div>
      <span className="grow" />
      <Search />
      <button
        type="button"
        className="icon"
        aria-label={theme === 'dark' ? 'Light colours' : 'Dark colours'}
        title={theme === 'dark' ? 'Light colours' : 'Dark colours'}
        onClick={turnTheme}
      >
        <Icon name={theme === 'dark' ? 'sun' : 'moon'} />
      </button>
      <button
        type="button"
        className="icon"
        aria-label="Keys"
        title="Keys (?)"
        onClick={() => store.set({ dialog: { kind: 'keys' } })}
      >
        <Icon name="help" />
      </button>
    </header>
  );
}

function Undo({ label, what, onClick }: { label: string; what: string | null | undefined; onClick: () => void }) {
  const named = what ? `${label}: ${what}` : label;
  return (
    <button type="button" className="icon" aria-label={named} title={named} disabled={!what} onClick={onClick}>
      <Icon name={label.toLowerCase()} />
    </button>
  );
}
