import { PointerEvent as ReactPointerEvent, useMemo, useState } from 'react';
import { create } from '../app/edits';
import { desk } from '../app/desk';
import { readOnlyOf, store, useApp } from '../app/store';
import { boxAt, overCanvas, setAim } from '../diagram/aim';
import { inside, newAim, placeAt } from '../diagram/dropping';
import { stage } from '../diagram/stage';
import type { Board, Element, Place } from '../model/board';
import { Icon, iconFor } from '../parts/icons';
import type { Key } from '../wire/types';

const DRAG_AFTER = 4;

/** What may be put into what is selected, or into what holds it when it takes nothing itself. */
export function paletteFor(board: Board, selected: Key | undefined): { container: Element; places: Place[] } {
  for (const element of board.path(selected ?? board.root).reverse()) {
    const places = board.places(element).filter((p) => board.schema.role(p.cls) !== 'part');
    if (places.length > 0) {
      return { container: element, places };
    }
  }
  return { container: board.find(board.root)!, places: [] };
}

export function Palette() {
  const board = useApp((s) => s.board);
  const selected = useApp((s) => s.selection[0]);
  const readOnly = useApp(readOnlyOf);
  const shown = useMemo(() => board && paletteFor(board, selected), [board, selected]);
  const [ghost, setGhost] = useState<{ text: string; x: number; y: number } | undefined>();
  if (board === undefined || shown === undefined) {
    return null;
  }
  const { container, places } = shown;
  return (
    <section className="palette" aria-label="Palette">
      <h2 className="heading">
        <span>Add to {container.label}</span>
        <kbd title="Opens the same list as a dialog">A</kbd>
      </h2>
      {readOnly !== undefined && <p className="empty">This document cannot be changed.</p>}
      <ul>
        {places.map((place) => (
          <li key={`${place.feature} ${place.cls}`} className={`role-${board.schema.role(place.cls)}`}>
            <PaletteItem place={place} board={board} disabled={readOnly !== undefined} onGhost={setGhost} />
          </li>
        ))}
      </ul>
      {ghost !== undefined && (
        <div className="ghost" style={{ left: ghost.x + 12, top: ghost.y + 10 }}>
          {ghost.text}
        </div>
      )}
    </section>
  );
}

function PaletteItem(props: {
  place: Place;
  board: Board;
  disabled: boolean;
  onGhost: (ghost: { text: string; x: number; y: number } | undefined) => void;
}) {
  const { place, board } = props;
  const info = board.schema.find(place.cls)!;
  const label = board.schema.label(place.cls);
  const [dragged, setDragged] = useState(false);

  const onPointerDown = (down: ReactPointerEvent) => {
    if (props.disabled || down.button !== 0) {
      return;
    }
    let dragging = false;
    const legal = newAim(board, place.cls);
    const target = (x: number, y: number) => boxAt(x, y, fixedOf());
    const move = (event: PointerEvent) => {
      const { clientX: x, clientY: y } = event;
      dragging ||= Math.hypot(x - down.clientX, y - down.clientY) > DRAG_AFTER;
      if (dragging) {
        props.onGhost({ text: label, x, y });
        setAim({ legal, target: target(x, y) });
      }
    };
    const up = (event: PointerEvent) => {
      removeEventListener('pointermove', move);
      removeEventListener('pointerup', up);
      props.onGhost(undefined);
      setAim(undefined);
      if (dragging) {
        setDragged(true);
        setTimeout(() => setDragged(false));
        if (overCanvas(event.clientX, event.clientY)) {
          dropNew(board, place.cls, target(event.clientX, event.clientY), event.clientX, event.clientY);
        }
      }
    };
    addEventListener('pointermove', move);
    addEventListener('pointerup', up);
  };

  return (
    <button
      type="button"
      disabled={props.disabled}
      title={info.doc}
      aria-label={`Add ${label} to ${board.label(place.parent)}`}
      onPointerDown={onPointerDown}
      onClick={() => !dragged && void create(place)}
    >
      <span style={{ color: 'var(--role)', display: 'inline-flex' }}>
        <Icon name={iconFor(info.icon, info.role)} />
      </span>
      {label}
    </button>
  );
}

function fixedOf(): ReadonlySet<Key> {
  const fixed = new Set<Key>();
  stage()?.scene.nodes.forEach((n) => n.fixed !== undefined && fixed.add(n.id));
  return fixed;
}

function dropNew(board: Board, cls: string, box: Key | undefined, x: number, y: number): void {
  const place = placeAt(board, cls, box);
  const at = stage();
  if (place === undefined || at === undefined) {
    desk.notice('error', `${board.schema.label(cls)} cannot be put into ${board.label(box ?? board.root)}`);
    return;
  }
  const point = at.flow.screenToFlowPosition({ x, y });
  const inMemory = board.schema.role(cls) === 'pool';
  void create(place, inMemory ? undefined : inside(at.scene, box, point.x, point.y));
}

/** The palette as a dialog, for the keyboard. */
export function openAdd(): void {
  const { board, selection } = store.get();
  if (board !== undefined) {
    store.set({ dialog: { kind: 'add', parent: selection[0] ?? board.root } });
  }
}
