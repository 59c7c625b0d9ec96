import { KeyboardEvent, useMemo, useState } from 'react';
import { reveal } from '../app/edits';
import { useApp } from '../app/store';
import type { Board, Element } from '../model/board';

const MOST = 40;

/** Name first, then id, kind and whatever the element says of itself; better places first. */
export function find(board: Board, text: string): Element[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') {
    return [];
  }
  const found: { element: Element; score: number }[] = [];
  for (const element of board.elements.values()) {
    if (!board.isNode(element)) {
      continue;
    }
    const label = element.label.toLowerCase();
    const score =
      label === wanted
        ? 0
        : label.startsWith(wanted)
          ? 1
          : label.includes(wanted)
            ? 2
            : element.id.toLowerCase().includes(wanted)
              ? 3
              : board.kind(element).toLowerCase().includes(wanted)
                ? 4
                : Object.values(element.attrs).flat().some((v) => v.toLowerCase().includes(wanted))
                  ? 5
                  : undefined;
    if (score !== undefined) {
      found.push({ element, score });
    }
  }
  return found
    .sort((a, b) => a.score - b.score || a.element.label.localeCompare(b.element.label))
    .map((f) => f.element);
}

export function Search() {
  const board = useApp((s) => s.board);
  const [text, setText] = useState('');
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const found = useMemo(() => (board === undefined ? [] : find(board, text)), [board, text]);
  const shown = found.slice(0, MOST);
  const choose = (element: Element | undefined) => {
    if (element !== undefined) {
      setOpen(false);
      reveal(element.id);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setAt((at + step + shown.length) % Math.max(1, shown.length));
    } else if (event.key === 'Enter') {
      choose(shown[at]);
    } else if (event.key === 'Escape') {
      setOpen(false);
    }
  };
  const showing = open && text.trim() !== '';
  return (
    <div className="search" role="search">
      <input
        id="search"
        type="text"
        role="combobox"
        aria-label="Search the board"
        aria-expanded={showing}
        aria-controls="found"
        aria-autocomplete="list"
        aria-activedescendant={showing && shown.length > 0 ? `found-${at}` : undefined}
        placeholder="Search   /"
        autoComplete="off"
        disabled={board === undefined}
        value={text}
        onChange={(e) => {
          setText(e.target.value);
          setAt(0);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
      />
      <ul id="found" className="popup" role="listbox" aria-label="Found" hidden={!showing}>
        {shown.map((element, i) => (
          <li
            key={element.id}
            id={`found-${i}`}
            role="option"
            aria-selected={i === at}
            onMouseDown={(e) => {
              e.preventDefault();
              choose(element);
            }}
          >
            {element.label}
            <small>
              {board!.kind(element)} · {element.id}
            </small>
          </li>
        ))}
        {shown.length === 0 && (
          <li role="option" aria-selected={false} aria-disabled="true">
            Nothing is called so
          </li>
        )}
        {found.length > MOST && (
          <li role="option" aria-selected={false} aria-disabled="true">
            and {found.length - MOST} more
          </li>
        )}
      </ul>
    </div>
  );
}
