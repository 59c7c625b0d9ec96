// What a person does to a document. Commands go out one after the other, each with the revision
// that the one before has made.
import type { Connection, Place } from '../model/board';
import { Refusal } from '../wire/client';
import type { Command, CommandAnswer, Key } from '../wire/types';
import { closedAround } from '../diagram/scene';
import { desk } from './desk';
import { docOf, readOnlyOf, store } from './store';

let queue: Promise<unknown> = Promise.resolve();
let turn = 0;

/** Undefined when it was refused; the reason has been shown then. */
export function command(body: Command): Promise<CommandAnswer | undefined> {
  const next = queue.then(() => send(body));
  queue = next;
  return next;
}

async function send(body: Command): Promise<CommandAnswer | undefined> {
  const state = store.get();
  if (state.doc === undefined) {
    return undefined;
  }
  const readOnly = readOnlyOf(state);
  if (readOnly !== undefined) {
    desk.notice('error', `This document cannot be changed: ${readOnly}`);
    return undefined;
  }
  try {
    const answer = await desk.client.command(state.doc, state.rev, body);
    if (answer.change !== undefined) {
      desk.apply(answer.change);
    }
    if (answer.label !== undefined) {
      desk.announce(`Done: ${answer.label}`);
    }
    return answer;
  } catch (e) {
    return failed(e, state.doc, body);
  }
}

async function failed(e: unknown, doc: string, body: Command): Promise<undefined> {
  if (e instanceof Refusal && e.code === 'not-yours' && (body.op === 'undo' || body.op === 'redo')) {
    const verb = body.op === 'undo' ? 'Undo' : 'Redo';
    store.set({
      dialog: {
        kind: 'confirm',
        title: `${verb} another page's change?`,
        text: e.message,
        yes: `${verb} it`,
        then: () => void command({ ...body, force: true }),
      },
    });
    return undefined;
  }
  desk.complain(e);
  if (e instanceof Refusal && e.code === 'stale') {
    await desk.run(() => desk.fetch(doc));
  }
  return undefined;
}

export const undo = () => command({ op: 'undo' });
export const redo = () => command({ op: 'redo' });

/** For the field that asked: the server's line when it was refused, else undefined. */
export async function setFeature(
  element: Key,
  feature: string,
  value: string | readonly string[] | null,
): Promise<string | undefined> {
  let line: string | undefined;
  const next = queue.then(async () => {
    const { doc, rev } = store.get();
    try {
      const answer = await desk.client.command(doc!, rev, { op: 'set', element, feature, value });
      if (answer.change !== undefined) {
        desk.apply(answer.change);
      }
      desk.announce(`Done: ${answer.label ?? 'set'}`);
    } catch (e) {
      line = e instanceof Error ? e.message : String(e);
      if (e instanceof Refusal && e.code === 'stale') {
        await desk.run(() => desk.fetch(doc!));
      }
    }
  });
  queue = next;
  await next;
  return line;
}

export function select(keys: readonly Key[]): void {
  store.set({ selection: keys, line: undefined });
}

/** Opens what hides it, selects it and brings it into sight; with a feature also the field. */
export function reveal(key: Key, feature?: string): void {
  const { board, collapsed } = store.get();
  const drawn = board?.drawn(key);
  if (board === undefined || board.find(key) === undefined) {
    desk.notice('info', `There is no element ${key} any more`);
    return;
  }
  turn++;
  if (drawn === undefined) {
    store.set({ selection: [board.root], line: undefined });
  } else {
    const closed = closedAround(board, collapsed, drawn.id);
    if (closed.length > 0) {
      setCollapsed(new Set([...collapsed].filter((id) => !closed.includes(id))));
    }
    store.set({ selection: [drawn.id], line: undefined, reveal: { key: drawn.id, turn } });
  }
  if (feature !== undefined || drawn?.id !== key) {
    store.set({ field: { element: key, feature: feature ?? '', turn } });
  }
}

export function setCollapsed(collapsed: ReadonlySet<Key>): void {
  const { doc } = store.get();
  store.set({ collapsed });
  void desk.place();
  if (doc !== undefined) {
    void desk.run(() => desk.client.pin(doc, { collapsed: [...collapsed] }));
  }
}

export function toggle(id: Key): void {
  const collapsed = new Set(store.get().collapsed);
  if (!collapsed.delete(id)) {
    collapsed.add(id);
  }
  setCollapsed(collapsed);
}

export function collapseAll(closed: boolean): void {
  const { board } = store.get();
  const boxes = [...(board?.elements.values() ?? [])].filter(
    (e) => board!.isNode(e) && (board!.nodeChildren(e).length > 0 || board!.role(e) === 'iommu'),
  );
  setCollapsed(new Set(closed ? boxes.map((e) => e.id) : []));
}

export function pin(id: Key, at: readonly [number, number] | null): void {
  pinAll({ [id]: at });
}

export function pinAll(change: Record<Key, readonly [number, number] | null>): void {
  const { doc, pins } = store.get();
  const next = { ...pins };
  const rounded: Record<Key, [number, number] | null> = {};
  for (const [id, at] of Object.entries(change)) {
    if (at === null) {
      delete next[id];
      rounded[id] = null;
    } else {
      const [x, y] = [Math.round(at[0]), Math.round(at[1])];
      next[id] = [x, y];
      rounded[id] = [x, y];
    }
  }
  store.set({ pins: next });
  void desk.place();
  if (doc !== undefined) {
    void desk.run(() => desk.client.pin(doc, { pins: rounded }));
  }
}

export async function create(place: Place, at?: readonly [number, number]): Promise<Key | undefined> {
  const answer = await command({ op: 'create', parent: place.parent, feature: place.feature, class: place.cls });
  const key = answer?.created?.[0];
  if (key !== undefined) {
    if (at !== undefined) {
      pin(key, at);
    }
    reveal(key);
  }
  return key;
}

export function remove(keys: readonly Key[]): void {
  if (keys.length > 0) {
    void command({ op: 'delete', elements: outermost(keys) });
  }
}

export function removeLine(id: string): void {
  const line = store.get().board?.lines.find((l) => l.id === id);
  if (line !== undefined) {
    store.set({ line: undefined });
    void command({ op: 'disconnect', source: line.source, target: line.target, feature: line.feature });
  }
}

export function connect({ source, target, feature }: Connection): Promise<CommandAnswer | undefined> {
  return command({ op: 'connect', source, target, feature });
}

/** Connects at once when there is one way to do it in the drawn direction, or else in the other. */
export function offerConnection(from: Key, to: Key): void {
  const { board } = store.get();
  const [source, target] = [board?.find(from), board?.find(to)];
  if (board === undefined || source === undefined || target === undefined || source === target) {
    return;
  }
  const both = board.connections(source, target);
  const drawn = both.filter((way) => way.source === from);
  const ways = drawn.length > 0 ? drawn : both;
  if (ways.length === 0) {
    desk.notice('error', `${source.label} and ${target.label} cannot be connected`);
  } else if (ways.length === 1) {
    void connect(ways[0]!);
  } else {
    store.set({ dialog: { kind: 'connect', source: from, target: to } });
  }
}

export function copySelection(): void {
  const { doc, selection, board } = store.get();
  const keys = outermost(selection).filter((id) => id !== board?.root);
  if (doc !== undefined && keys.length > 0) {
    store.set({ clipboard: { doc, keys } });
    desk.notice('info', `Copied ${keys.length === 1 ? board?.label(keys[0]!) : `${keys.length} elements`}`);
  }
}

/** Into what is selected where that is legal, else beside it, else further out. */
export async function paste(): Promise<void> {
  const { clipboard, board, selection, doc } = store.get();
  if (clipboard === undefined || board === undefined) {
    return;
  }
  const origin = clipboard.doc === doc ? board : undefined;
  const cls = origin?.find(clipboard.keys[0])?.cls;
  const around = board.path(selection[0] ?? board.root).reverse();
  const fits = (at: (typeof around)[number]) =>
    !clipboard.keys.includes(at.id) && (cls === undefined || board.placeFor(at, cls) !== undefined);
  const target = around.find(fits) ?? board.find(board.root)!;
  const answer = await command({
    op: 'copy',
    elements: clipboard.keys,
    parent: target.id,
    from: clipboard.doc,
    ...(cls === undefined ? {} : { feature: board.placeFor(target, cls)?.feature }),
  });
  const created = answer?.created?.filter((id) => store.get().board?.find(id)?.parent === target.id) ?? [];
  if (created.length > 0) {
    store.set({ selection: created });
  }
}

export function moveTo(keys: readonly Key[], parent: Key): Promise<CommandAnswer | undefined> {
  const { board } = store.get();
  const container = board?.find(parent);
  const cls = board?.find(keys[0])?.cls;
  const place = container && board?.placeFor(container, cls);
  if (place === undefined) {
    desk.notice('error', `${board?.label(keys[0] ?? '')} cannot be put into ${board?.label(parent)}`);
    return Promise.resolve(undefined);
  }
  return command({ op: 'move', elements: outermost(keys), parent, feature: place.feature });
}

function outermost(keys: readonly Key[]): Key[] {
  const { board } = store.get();
  return keys.filter((id) => !keys.some((other) => other !== id && board?.contains(other, id)));
}

export async function save(path?: string, overwrite?: boolean): Promise<void> {
  const state = store.get();
  const info = docOf(state);
  if (info === undefined) {
    return;
  }
  try {
    const saved = await desk.client.save(info.doc, state.rev, path, overwrite);
    store.set({ docs: store.get().docs.map((d) => (d.doc === saved.doc ? saved : d)) });
    history.replaceState(null, '', `#${encodeURIComponent(saved.path)}`);
    desk.notice('info', `Saved ${saved.path}`);
  } catch (e) {
    if (e instanceof Refusal && (e.code === 'disk' || e.code === 'exists')) {
      const title = e.code === 'disk' ? 'The file has changed on disk' : 'There is such a file already';
      store.set({
        dialog: { kind: 'confirm', title, text: e.message, yes: 'Overwrite', then: () => void save(path, true) },
      });
    } else {
      desk.complain(e);
    }
  }
}
