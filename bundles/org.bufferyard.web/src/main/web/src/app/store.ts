// All state of the page, in one immutable record.
import { useSyncExternalStore } from 'react';
import { Board } from '../model/board';
import { Schema } from '../model/schema';
import type { DocInfo, Hello, ImportReport, Key, Severity, WorkspaceFile } from '../wire/types';
import type { AddressMap, DiffRow, Explanation, LiveState, Matrix, ModelDiff, Timeline } from '../wire/answers';
import type { Pins, Placement } from '../diagram/placing';

export type View = 'board' | 'verdict' | 'matrix' | 'addresses' | 'compare' | 'live';

/** Views whose panel takes the larger part of the page. */
export function isWide(view: View): boolean {
  return view !== 'board' && view !== 'verdict';
}

export type Connection = 'connecting' | 'up' | 'lost';
export type Dialog =
  | { kind: 'files' }
  | { kind: 'new' }
  | { kind: 'save-as'; path: string }
  | { kind: 'add'; parent: Key }
  | { kind: 'connect'; source: Key; target?: Key }
  | { kind: 'confirm'; title: string; text: string; yes: string; then: () => void }
  | { kind: 'report'; name: string; report: ImportReport }
  | { kind: 'keys' };

export interface Notice {
  readonly id: number;
  readonly tone: 'error' | 'info';
  readonly text: string;
}

export interface Ask {
  readonly exporter: Key;
  readonly importers: readonly Key[];
  readonly memory: string;
  readonly size: string;
  readonly policy: string;
  readonly kernel: string;
}

export interface State {
  readonly hello: Hello | undefined;
  readonly connection: Connection;
  readonly schema: Schema;
  readonly files: readonly WorkspaceFile[];
  readonly docs: readonly DocInfo[];
  readonly doc: string | undefined;
  readonly board: Board | undefined;
  readonly rev: number;
  readonly totals: Readonly<Record<Severity, number>>;
  readonly pins: Pins;
  readonly collapsed: ReadonlySet<Key>;
  readonly placement: Placement;
  readonly selection: readonly Key[];
  readonly line: string | undefined;
  readonly reveal: { readonly key: Key; readonly turn: number } | undefined;
  readonly field: { readonly element: Key; readonly feature: string; readonly turn: number } | undefined;
  readonly view: View;
  readonly dialog: Dialog | undefined;
  readonly notices: readonly Notice[];
  readonly announcement: string;
  readonly theme: 'light' | 'dark';
  readonly clipboard: { readonly doc: string; readonly keys: readonly Key[] } | undefined;
  readonly busy: boolean;
  readonly ask: Ask;
  readonly explanation: Explanation | undefined;
  readonly result: number;
  readonly step: number | undefined;
  readonly asking: boolean;
  readonly matrix: Matrix | undefined;
  readonly addressMap: AddressMap | undefined;
  readonly compare: { readonly rows?: readonly DiffRow[]; readonly models?: ModelDiff; readonly other?: string };
  readonly live: LiveState | undefined;
  readonly timeline: Timeline | undefined;
}

const darkWanted =
  typeof matchMedia === 'function' && matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';

function rememberedTheme(): 'light' | 'dark' {
  try {
    const kept = localStorage.getItem('bufferyard.theme');
    return kept === 'dark' || kept === 'light' ? kept : darkWanted;
  } catch {
    return darkWanted;
  }
}

export const NO_QUESTION: Ask = {
  exporter: '',
  importers: [],
  memory: 'default',
  size: '64K',
  policy: 'both',
  kernel: '',
};

export const FRESH_DOC = {
  board: undefined,
  rev: 0,
  totals: { error: 0, warning: 0, note: 0 },
  pins: {},
  collapsed: new Set<Key>(),
  placement: new Map(),
  selection: [],
  line: undefined,
  reveal: undefined,
  field: undefined,
  explanation: undefined,
  result: 0,
  step: undefined,
  matrix: undefined,
  addressMap: undefined,
  compare: {},
  ask: NO_QUESTION,
} satisfies Partial<State>;

export const FIRST: State = {
  ...FRESH_DOC,
  hello: undefined,
  connection: 'connecting',
  schema: Schema.EMPTY,
  files: [],
  docs: [],
  doc: undefined,
  view: 'board',
  dialog: undefined,
  notices: [],
  announcement: '',
  theme: rememberedTheme(),
  clipboard: undefined,
  busy: false,
  asking: false,
  live: undefined,
  timeline: undefined,
};

export class Store {
  private state = FIRST;
  private readonly listeners = new Set<() => void>();

  get = (): State => this.state;

  set = (change: Partial<State>): void => {
    this.state = { ...this.state, ...change };
    this.listeners.forEach((listener) => listener());
  };

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}

export const store = new Store();

/** The part must be the same object as long as it is the same: take members, build nothing. */
export function useApp<T>(part: (state: State) => T): T {
  return useSyncExternalStore(store.subscribe, () => part(store.get()));
}

export function docOf(state: State): DocInfo | undefined {
  return state.docs.find((d) => d.doc === state.doc);
}

export function readOnlyOf(state: State): string | undefined {
  return docOf(state)?.readOnly ?? undefined;
}
