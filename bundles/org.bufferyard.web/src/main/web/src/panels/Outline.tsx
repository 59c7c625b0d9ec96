import { KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { paste, remove, reveal, select } from '../app/edits';
import { useApp } from '../app/store';
import type { Board, Element } from '../model/board';
import type { Key } from '../wire/types';
import { MARKS } from '../parts/icons';

const ROW = 26;
const SPARE = 8;
/** Boards with more elements than this show their first level only. */
const UNFOLD_BELOW = 120;

interface Row {
  readonly element: Element;
  readonly level: number;
  readonly size: number;
  readonly position: number;
  readonly folded: boolean | undefined;
}

function rowsOf(board: Board, unfolded: ReadonlySet<Key>): Row[] {
  const rows: Row[] = [];
  const walk = (element: Element, level: number, size: number, position: number) => {
    const children = board.nodeChildren(element);
    const open = level === 1 || unfolded.has(element.id);
    rows.push({ element, level, size, position, folded: children.length === 0 ? undefined : !open });
    if (open) {
      children.forEach((child, i) => walk(child, level + 1, children.length, i + 1));
    }
  };
  const root = board.find(board.root);
  if (root !== undefined) {
    walk(root, 1, 1, 1);
  }
  return rows;
}

/** A tree of any size: only the rows in sight are in the page. */
export function Outline() {
  const board = useApp((s) => s.board);
  const doc = useApp((s) => s.doc);
  const selection = useApp((s) => s.selection);
  const [unfolded, setUnfolded] = useState<ReadonlySet<Key>>(new Set());
  const [active, setActive] = useState<Key | undefined>();
  const [window, setWindow] = useState({ top: 0, height: 600 });
  const tree = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => (board === undefined ? [] : rowsOf(board, unfolded)), [board, unfolded]);

  const ready = board !== undefined;
  useEffect(() => {
    if (board !== undefined && board.elements.size <= UNFOLD_BELOW) {
      setUnfolded(new Set(board.elements.keys()));
    }
    // Only when another document is shown.
  }, [doc, ready]);
  useEffect(() => {
    const wanted = selection[0];
    const around = wanted === undefined ? [] : (board?.path(wanted).slice(0, -1) ?? []);
    if (around.some((e) => !unfolded.has(e.id))) {
      setUnfolded(new Set([...unfolded, ...around.map((e) => e.id)]));
    }
    if (wanted !== undefined) {
      setActive(wanted);
    }
  }, [selection]);
  useEffect(() => {
    const at = rows.findIndex((r) => r.element.id === active);
    const box = tree.current;
    if (box !== null && at >= 0 && (at * ROW < box.scrollTop || (at + 1) * ROW > box.scrollTop + box.clientHeight)) {
      box.scrollTop = at * ROW - box.clientHeight / 2;
    }
  }, [active, rows]);
  useEffect(() => {
    const box = tree.current;
    if (box === null) {
      return;
    }
    const measure = () => setWindow({ top: box.scrollTop, height: box.clientHeight });
    const watcher = new ResizeObserver(measure);
    watcher.observe(box);
    box.addEventListener('scroll', measure, { passive: true });
    return () => {
      watcher.disconnect();
      box.removeEventListener('scroll', measure);
    };
  }, []);

  const fold = (id: Key, open: boolean) => {
    const next = new Set(unfolded);
    if (open) {
      next.add(id);
    } else {
      next.delete(id);
    }
    setUnfolded(next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const at = Math.max(0, rows.findIndex((r) => r.element.id === active));
    const row = rows[at];
    if (row === undefined) {
      return;
    }
    const go = (to: number) => setActive(rows[Math.max(0, Math.min(rows.length - 1, to))]!.element.id);
    const keys: Record<string, () => void> = {
      ArrowDown: () => go(at + 1),
      ArrowUp: () => go(at - 1),
      Home: () => go(0),
      End: () => go(rows.length - 1),
      PageDown: () => go(at + 15),
      PageUp: () => go(at - 15),
      ArrowRight: () => (row.folded === true ? fold(row.element.id, true) : go(at + 1)),
      ArrowLeft: () =>
        row.folded === false
          ? fold(row.element.id, false)
          : row.element.parent !== undefined && setActive(row.element.parent),
      Enter: () => (row.level === 1 ? select([row.element.id]) : reveal(row.element.id)),
      ' ': () => (row.level === 1 ? select([row.element.id]) : reveal(row.element.id)),
      Delete: () => row.level > 1 && remove([row.element.id]),
    };
    const act = keys[event.key];
    if (act !== undefined && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      act();
    } else if ((event.ctrlKey || event.metaKey) && event.key === 'v') {
      void paste();
    }
  };

  const from = Math.max(0, Math.floor(window.top / ROW) - SPARE);
  const to = Math.min(rows.length, Math.ceil((window.top + window.height) / ROW) + SPARE);
  const chosen = new Set(selection);
  const inSight = rows.slice(from, to);
  return (
    <div
      ref={tree}
      className="tree"
      role="tree"
      tabIndex={0}
      aria-label="Outline"
      aria-multiselectable="true"
      aria-activedescendant={inSight.some((r) => r.element.id === active) ? rowId(active!) : undefined}
      onKeyDown={onKeyDown}
    >
      <div role="none" style={{ height: rows.length * ROW }} />
      {board !== undefined &&
        inSight.map((row, i) => (
          <TreeRow
            key={row.element.id}
            row={row}
            board={board}
            top={(from + i) * ROW}
            selected={chosen.has(row.element.id)}
            active={row.element.id === active}
            onFold={() => fold(row.element.id, row.folded === true)}
          />
        ))}
    </div>
  );
}

function rowId(id: Key): string {
  return `row-${id.replace(/[^\w-]/g, (c) => `_${c.charCodeAt(0)}`)}`;
}

function TreeRow(props: {
  row: Row;
  board: Board;
  top: number;
  selected: boolean;
  active: boolean;
  onFold: () => void;
}) {
  const { row, board } = props;
  const { element, level, folded } = row;
  const worst = board.worst(element);
  return (
    <div
      id={rowId(element.id)}
      role="treeitem"
      aria-level={level}
      aria-setsize={row.size}
      aria-posinset={row.position}
      aria-expanded={folded === undefined ? undefined : !folded}
      aria-selected={props.selected}
      className={`row role-${board.role(element)}${props.active ? ' active' : ''}`}
      style={{ top: props.top, paddingLeft: 6 + (level - 1) * 14 }}
      onClick={() => (level === 1 ? select([element.id]) : reveal(element.id))}
    >
      <span
        className="twist"
        aria-hidden="true"
        onClick={(event) => {
          event.stopPropagation();
          props.onFold();
        }}
      >
        {folded === undefined ? '' : folded ? '▸' : '▾'}
      </span>
      <span className="chip" aria-hidden="true" />
      <span className="text">{element.label}</span>
      <span className="soft">{board.kind(element)}</span>
      <span className="grow" />
      {worst !== undefined && (
        <span className={`mark ${worst}`}>
          <span aria-hidden="true">{MARKS[worst]}</span>
          <span className="spoken">has {worst}s</span>
        </span>
      )}
    </div>
  );
}
