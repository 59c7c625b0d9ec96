// What a drag or a half-drawn line may end on. Kept apart from the store: it changes with the mouse.
import { useSyncExternalStore } from 'react';
import type { Key } from '../wire/types';

export interface Aim {
  readonly legal: (id: Key) => boolean;
  readonly target: Key | undefined;
}

let aim: Aim | undefined;
const listeners = new Set<() => void>();

export function setAim(next: Aim | undefined): void {
  if (next?.legal !== aim?.legal || next?.target !== aim?.target) {
    aim = next;
    listeners.forEach((listener) => listener());
  }
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export function useAim(id: Key): string | undefined {
  return useSyncExternalStore(subscribe, () => {
    if (aim === undefined) {
      return undefined;
    }
    const legal = aim.legal(id);
    return aim.target === id ? (legal ? 'legal target' : 'illegal') : legal ? 'legal' : 'illegal';
  });
}

/** The innermost box on the picture under the mouse, passing over some. */
export function boxAt(x: number, y: number, passing: ReadonlySet<Key> = new Set()): Key | undefined {
  for (const hit of document.elementsFromPoint(x, y)) {
    const id = hit.closest<HTMLElement>('.react-flow__node')?.dataset['id'];
    if (id !== undefined && !passing.has(id)) {
      return id;
    }
  }
  return undefined;
}

/** Whether the mouse is over the diagram at all. */
export function overCanvas(x: number, y: number): boolean {
  return document.elementsFromPoint(x, y).some((hit) => hit.closest('.react-flow') !== null);
}
