import { ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { connect, create } from '../app/edits';
import { Dialog, store, useApp } from '../app/store';
import { Icon, iconFor } from '../parts/icons';
import type { ImportReport } from '../wire/types';
import { Files, NewBoard, SaveAs } from './FileDialogs';
import { paletteFor } from './Palette';

export function Dialogs() {
  const dialog = useApp((s) => s.dialog);
  switch (dialog?.kind) {
    case undefined:
      return null;
    case 'files':
      return <Files />;
    case 'new':
      return <NewBoard />;
    case 'save-as':
      return <SaveAs path={dialog.path} />;
    case 'add':
      return <Add parent={dialog.parent} />;
    case 'connect':
      return <Connect source={dialog.source} target={dialog.target} />;
    case 'confirm':
      return <Confirm {...dialog} />;
    case 'report':
      return <Report name={dialog.name} report={dialog.report} />;
    case 'keys':
      return <Keys />;
  }
}

export const close = () => store.set({ dialog: undefined });

export function Frame({ title, children }: { title: string; children: ReactNode }) {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    box.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) {
        before.focus({ preventScroll: true });
      }
    };
  }, []);
  return (
    <dialog ref={box} aria-labelledby="dialog-title" onClose={close} onCancel={close}>
      <header>
        <h2 id="dialog-title">{title}</h2>
      </header>
      {children}
    </dialog>
  );
}

/** What may be added here, for the keyboard; the palette shows the same. */
function Add({ parent }: { parent: string }) {
  const board = useApp((s) => s.board)!;
  const { container, places } = useMemo(() => paletteFor(board, parent), [board, parent]);
  const [filter, setFilter] = useState('');
  const shown = places.filter((p) => board.schema.label(p.cls).toLowerCase().includes(filter.toLowerCase()));
  const add = (i: number) => {
    const place = shown[i];
    if (place !== undefined) {
      close();
      void create(place);
    }
  };
  return (
    <Frame title={`Add to ${container.label}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          add(0);
        }}
      >
        <div className="body">
          <input
            autoFocus
            aria-label="Filter the kinds"
            placeholder="Filter; Enter takes the first"
            value={filter}
            onChange={(e) => setFilter(e.target.value)}
          />
          <ul className="choices" aria-label="Kinds">
            {shown.map((place, i) => {
              const info = board.schema.find(place.cls);
              return (
                <li key={`${place.feature} ${place.cls}`}>
                  <button type="button" onClick={() => add(i)}>
                    <Icon name={iconFor(info?.icon, info?.role ?? 'part')} />
                    <span className="main">
                      {board.schema.label(place.cls)} <span className="soft">{info?.doc}</span>
                    </span>
                  </button>
                </li>
              );
            })}
            {shown.length === 0 && <li className="empty">Nothing that is called so may be put here.</li>}
          </ul>
        </div>
        <footer>
          <button type="button" className="plain" onClick={close}>
            Cancel
          </button>
        </footer>
      </form>
    </Frame>
  );
}

/** Which line it shall be; without a target also: where to. */
function Connect({ source, target }: { source: string; target: string | undefined }) {
  const board = useApp((s) => s.board)!;
  const [filter, setFilter] = useState('');
  const ways = useMemo(() => {
    const from = board.find(source);
    const to = target === undefined ? [...board.elements.values()] : [board.find(target)];
    return from === undefined ? [] : to.flatMap((t) => (t && board.isNode(t) ? board.connections(from, t) : []));
  }, [board, source, target]);
  const text = (i: number) => {
    const way = ways[i]!;
    return `${board.label(way.source)} → ${way.label} → ${board.label(way.target)}`;
  };
  const shown = ways.map((_, i) => i).filter((i) => text(i).toLowerCase().includes(filter.toLowerCase()));
  const pick = (i: number | undefined) => {
    if (i !== undefined) {
      close();
      void connect(ways[i]!);
    }
  };
  return (
    <Frame title={`Connect ${board.label(source)}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          pick(shown[0]);
        }}
      >
        <div className="body">
          <input
            autoFocus
            aria-label="Filter the connections"
            placeholder="Filter; Enter takes the first"
            value={filter}
            onChange={(e) => setFilter(e.target.value)}
          />
          <ul className="choices" aria-label="Connections">
            {shown.slice(0, 200).map((i) => (
              <li key={i}>
                <button type="button" onClick={() => pick(i)}>
                  <span className="main">
                    {text(i)} <span className="soft">{ways[i]!.doc}</span>
                  </span>
                </button>
              </li>
            ))}
            {shown.length === 0 && <li className="empty">Nothing here can be connected to it.</li>}
          </ul>
        </div>
        <footer>
          <button type="button" className="plain" onClick={close}>
            Cancel
          </button>
        </footer>
      </form>
    </Frame>
  );
}

function Confirm({ title, text, yes, then }: Extract<Dialog, { kind: 'confirm' }>) {
  return (
    <Frame title={title}>
      <div className="body">
        <p>{text}</p>
      </div>
      <footer>
        <button type="button" className="plain" onClick={close}>
          Cancel
        </button>
        <button
          type="button"
          className="primary"
          onClick={() => {
            close();
            then();
          }}
        >
          {yes}
        </button>
      </footer>
    </Frame>
  );
}

function Report({ name, report }: { name: string; report: ImportReport }) {
  const parts = (['warnings', 'guessed', 'ignored', 'understood'] as const)
    .map((part) => ({ part, lines: report[part] ?? [] }))
    .filter(({ lines }) => lines.length > 0);
  return (
    <Frame title={`Imported ${name}`}>
      <div className="body">
        {parts.length === 0 && <p>Everything was understood.</p>}
        {parts.map(({ part, lines }) => (
          <details key={part} open={part === 'warnings'}>
            <summary>
              {lines.length} {part}
            </summary>
            <ul className="choices">
              {lines.slice(0, 200).map((line, i) => (
                <li key={i}>
                  {typeof line === 'string' ? (
                    line
                  ) : (
                    <>
                      <code>{line.node}</code> {line.text}
                    </>
                  )}
                </li>
              ))}
            </ul>
          </details>
        ))}
      </div>
      <footer>
        <button type="button" className="primary" autoFocus onClick={close}>
          Show the board
        </button>
      </footer>
    </Frame>
  );
}

const KEYS: readonly (readonly [string, string])[] = [
  ['/', 'search and reveal'],
  ['A', 'add to what is selected'],
  ['C', 'connect what is selected'],
  ['Del', 'delete what is selected'],
  ['Ctrl+Z / Ctrl+Y', 'undo, redo'],
  ['Ctrl+C / Ctrl+V', 'copy, paste'],
  ['Ctrl+S / Ctrl+O', 'save, open'],
  ['Shift+drag', 'select several'],
  ['Tab, Enter, arrows', 'go to an element, select it, move it'],
];

function Keys() {
  return (
    <Frame title="Keys">
      <dl className="body facts">
        {KEYS.map(([key, text]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <footer>
        <button type="button" className="primary" autoFocus onClick={close}>
          Close
        </button>
      </footer>
    </Frame>
  );
}
