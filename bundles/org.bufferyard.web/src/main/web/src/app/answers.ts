// Questions about the open document, and what runs.
import type { Key } from '../wire/types';
import { desk } from './desk';
import { Ask, State, store, View } from './store';

export function show(view: View): void {
  store.set({ view });
  if (view === 'matrix' && store.get().matrix === undefined) {
    void askMatrix();
  }
}

export function setAsk(change: Partial<Ask>): void {
  store.set({ ask: { ...store.get().ask, ...change } });
}

/** The question as it stands, with what nobody has chosen yet filled in. */
export function wholeAsk(state: State): Ask {
  const { ask, board, hello } = state;
  const devices = [...(board?.elements.values() ?? [])].filter((e) => board!.role(e) === 'device').map((e) => e.id);
  const chosen = state.selection.filter((id) => devices.includes(id));
  const exporter = devices.includes(ask.exporter) ? ask.exporter : (chosen[0] ?? devices[0] ?? '');
  const kept = ask.importers.filter((id) => devices.includes(id) && id !== exporter);
  const fallback = chosen.find((id) => id !== exporter) ?? devices.find((id) => id !== exporter);
  return {
    ...ask,
    exporter,
    importers: kept.length > 0 ? kept : fallback === undefined ? [] : [fallback],
    kernel: ask.kernel || hello?.kernel || '',
  };
}

async function asking(work: () => Promise<unknown>): Promise<void> {
  store.set({ asking: true });
  await desk.run(work);
  store.set({ asking: false });
}

export function askVerdict(): Promise<void> {
  const state = store.get();
  const ask = wholeAsk(state);
  return asking(async () => {
    const explanation = await desk.client.explain(state.doc!, ask);
    store.set({ explanation, ask, result: 0, step: undefined });
    const first = explanation.results[0];
    desk.announce(first ? `${first.verdict ?? 'no verdict'}, ${first.chain.length} steps` : 'No answer');
  });
}

export function askMatrix(): Promise<void> {
  const state = store.get();
  const { memory, policy, kernel, size } = wholeAsk(state);
  return asking(async () => {
    const matrix = await desk.client.matrix(state.doc!, { memory: [memory], policy, kernel, size });
    store.set({ matrix });
  });
}

export function askAddressMap(device: Key): Promise<void> {
  return asking(async () => {
    store.set({ addressMap: await desk.client.addressMap(store.get().doc!, device) });
  });
}

export function comparePolicies(): Promise<void> {
  const ask = wholeAsk(store.get());
  return asking(async () => {
    const { rows } = await desk.client.diffPolicies(store.get().doc!, ask);
    store.set({ compare: { rows }, ask });
  });
}

/** The models, and what the question's answer would be on either. */
export function compareWith(other: string): Promise<void> {
  const { doc } = store.get();
  return asking(async () => {
    const models = await desk.client.diffModels(doc!, other);
    store.set({ compare: { models, other } });
    const ask = wholeAsk(store.get());
    if (ask.exporter !== '' && ask.importers.length > 0) {
      const { rows } = await desk.client.diffVerdicts(doc!, ask, other).catch(() => ({ rows: [] }));
      store.set({ compare: { models, other, rows } });
    }
  });
}

export function act(action: Record<string, unknown>): Promise<void> {
  return asking(async () => {
    store.set({ live: await desk.client.act(action) });
  });
}

export async function readTimeline(): Promise<void> {
  try {
    store.set({ timeline: await desk.client.timeline(10) });
  } catch {
    store.set({ timeline: undefined });
  }
}

/** What the diagram lights up: the way of the shown result, and the element of the chosen step. */
export interface Light {
  readonly path: ReadonlySet<Key>;
  readonly order: readonly Key[];
  readonly step: Key | undefined;
}

const DARK: Light = { path: new Set(), order: [], step: undefined };
let lastLight: { of: readonly unknown[]; light: Light } = { of: [], light: DARK };

export function lightOf(state: State): Light {
  const result = state.view === 'verdict' ? state.explanation?.results[state.result] : undefined;
  const of = [result, state.step];
  if (lastLight.of[0] !== of[0] || lastLight.of[1] !== of[1]) {
    const order = result?.path ?? (result === undefined ? [] : [result.exporter, result.importer]);
    const step = result?.chain.find((s) => s.step === state.step)?.element;
    lastLight = { of, light: result === undefined ? DARK : { path: new Set(order), order, step } };
  }
  return lastLight.light;
}
