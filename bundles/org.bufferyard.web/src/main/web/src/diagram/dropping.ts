// Where something may be put: moved boxes, and new elements from the palette.
import type { Board, Place } from '../model/board';
import type { Key } from '../wire/types';
import { command, connect, moveTo, pin, pinAll } from '../app/edits';
import { desk } from '../app/desk';
import { store } from '../app/store';
import type { Aim } from './aim';
import { absolute, Rect } from './placing';
import { domainOf, Scene } from './scene';

function remembered(test: (id: Key) => boolean): (id: Key) => boolean {
  const known = new Map<Key, boolean>();
  return (id) => {
    let answer = known.get(id);
    if (answer === undefined) {
      answer = test(id);
      known.set(id, answer);
    }
    return answer;
  };
}

/** A box of an IOMMU holds the devices behind it, and stands itself in the real container. */
function containerOf(board: Board, id: Key): Key {
  const element = board.find(id);
  return element !== undefined && board.role(element) === 'iommu' ? (element.parent ?? board.root) : id;
}

export function moveAim(board: Board, moved: readonly Key[]): Aim['legal'] {
  return remembered((id) => {
    const unit = board.find(id)!;
    if (board.role(unit) === 'iommu') {
      return moved.every((m) => {
        const device = board.find(m);
        const joins = device !== undefined && board.connections(device, unit).some((c) => c.source === m);
        return joins && (device.parent === unit.parent || board.mayMove(m, board.find(unit.parent)!));
      });
    }
    return moved.every((m) => board.find(m)?.parent === id || board.mayMove(m, unit));
  });
}

export function newAim(board: Board, cls: string): Aim['legal'] {
  return remembered((id) => board.placeFor(board.find(id)!, cls) !== undefined);
}

export function connectAim(board: Board, from: Key): Aim['legal'] {
  const source = board.find(from)!;
  return remembered((id) => id === from || board.connections(source, board.find(id)!).length > 0);
}

export function placeAt(board: Board, cls: string, box: Key | undefined): Place | undefined {
  const container = board.find(box ?? board.root);
  return container === undefined ? undefined : board.placeFor(container, cls);
}

/** Position inside the box, for a point of the whole picture. */
export function inside(scene: Scene, box: Key | undefined, x: number, y: number): [number, number] {
  const outer = box === undefined ? undefined : absolute(scene, store.get().placement, box);
  return [Math.max(0, x - (outer?.x ?? 0)), Math.max(0, y - (outer?.y ?? 0))];
}

/**
 * Ends a drag: into another box it is a move, into a unit's domain a connection, at home a pin.
 * False when it was not legal and all must go back.
 */
export async function drop(
  scene: Scene,
  moved: readonly { id: Key; rect: Rect }[],
  target: Key | undefined,
): Promise<boolean> {
  const { board } = scene;
  const ids = moved.map((m) => m.id);
  const to = target ?? board.root;
  const home = scene.nodes.get(ids[0]!)?.parent ?? board.root;
  if (to === home) {
    const at = (m: (typeof moved)[number]) => inside(scene, target, m.rect.x, m.rect.y);
    pinAll(Object.fromEntries(moved.map((m) => [m.id, at(m)])));
    return true;
  }
  const first = board.find(ids[0])!;
  const unit = domainOf(board, first);
  if (unit !== undefined && to === first.parent) {
    desk.notice('info', `${first.label} is behind ${board.label(unit)}: remove that connection to take it out of its domain`);
    return false;
  }
  if (!moveAim(board, ids)(to)) {
    desk.notice('error', `${first.label} cannot be put into ${board.label(to)}`);
    return false;
  }
  if (board.role(board.find(to)!) === 'iommu') {
    return join(board, ids, to);
  }
  const answer = await moveTo(ids, containerOf(board, to));
  if (answer !== undefined) {
    moved.forEach((m) => pin(m.id, inside(scene, target, m.rect.x, m.rect.y)));
  }
  return answer !== undefined;
}

async function join(board: Board, ids: readonly Key[], unit: Key): Promise<boolean> {
  const to = board.find(unit)!;
  const elsewhere = ids.filter((id) => board.find(id)?.parent !== to.parent);
  const ways = ids.map((id) => board.connections(board.find(id)!, to).find((c) => c.source === id)!);
  pinAll(Object.fromEntries(ids.map((id) => [id, null])));
  if (elsewhere.length === 0 && ways.length === 1) {
    return (await connect(ways[0]!)) !== undefined;
  }
  const feature = board.placeFor(board.find(to.parent)!, board.find(ids[0])?.cls)?.feature ?? 'components';
  const answer = await command({
    op: 'batch',
    label: `put ${ids.length === 1 ? board.label(ids[0]!) : `${ids.length} devices`} behind ${to.label}`,
    commands: [
      ...(elsewhere.length > 0 ? [{ op: 'move' as const, elements: elsewhere, parent: to.parent!, feature }] : []),
      ...ways.map(({ source, target, feature: by }) => ({ op: 'connect' as const, source, target, feature: by })),
    ],
  });
  return answer !== undefined;
}
