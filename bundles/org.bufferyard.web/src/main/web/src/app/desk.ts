// Keeps the page and the server's documents the same: opening, events, gaps, reconnects.
import { Board, readElement } from '../model/board';
import { Schema } from '../model/schema';
import { Placing } from '../diagram/placing';
import { buildScene } from '../diagram/scene';
import { Client, Refusal } from '../wire/client';
import type { DocInfo, Key, Layout, Markers, WireChange, WireModel } from '../wire/types';
import type { LiveState } from '../wire/answers';
import { docOf, FRESH_DOC, Store, store } from './store';

/** More nodes than this are shown closed at first, unless somebody has opened them before. */
const OPEN_AT_FIRST = 160;
const LOST_AFTER_MS = 600;

export class Desk {
  readonly client = new Client();
  private placing = this.freshPlacing();
  private placingTurn = 0;
  private events: EventSource | undefined;
  private lost: ReturnType<typeof setTimeout> | undefined;
  private noticeId = 0;
  private fetching: string | undefined;
  /** Of the document on the page, also when a new server does not know it yet. */
  private path: string | undefined;

  constructor(readonly store: Store) {}

  async start(): Promise<void> {
    try {
      await this.hello();
    } catch (e) {
      this.complain(e);
    }
    this.listen();
    const wanted = decodeURIComponent(location.hash.replace(/^#/, ''));
    if (wanted !== '') {
      await this.open(wanted);
    } else {
      this.store.set({ dialog: { kind: 'files' } });
    }
  }

  private async hello(): Promise<void> {
    const [hello, schema, docs, files] = await Promise.all([
      this.client.hello(),
      this.client.schema(),
      this.client.docs(),
      this.client.workspace(),
    ]);
    this.store.set({ hello, schema: new Schema(schema), docs: docs.docs, files: files.files });
    if (hello.live) {
      this.client.live().then(
        (live) => this.store.set({ live }),
        () => undefined,
      );
    }
  }

  async open(path: string): Promise<void> {
    await this.run(async () => this.enter(await this.client.open(path)));
  }

  /** Shows a document that the server has open. */
  async enter(info: DocInfo): Promise<void> {
    const others = this.store.get().docs.filter((d) => d.doc !== info.doc);
    this.path = info.path;
    this.placing = this.freshPlacing();
    this.store.set({ ...FRESH_DOC, doc: info.doc, docs: [...others, info], dialog: undefined, view: 'board' });
    history.replaceState(null, '', `#${encodeURIComponent(info.path)}`);
    await this.fetch(info.doc, true);
    const { report } = info;
    if (report !== undefined) {
      this.store.set({ dialog: { kind: 'report', name: info.name, report } });
    }
  }

  /** Reads the whole model; what is selected and collapsed stays where it still exists. */
  async fetch(doc: string, first = false): Promise<void> {
    if (this.fetching === doc) {
      return;
    }
    this.fetching = doc;
    try {
      const [model, layout, markers] = await Promise.all([
        this.client.model(doc),
        this.client.layout(doc),
        this.client.markers(doc),
      ]);
      if (model.schemaRev !== this.store.get().schema.rev) {
        this.store.set({ schema: new Schema(await this.client.schema()) });
      }
      if (this.store.get().doc === doc) {
        this.fetching = undefined;
        this.show(model, layout, markers, first);
      }
    } catch (e) {
      if (e instanceof Refusal && e.status === 404) {
        await this.reopen();
      } else {
        throw e;
      }
    } finally {
      this.fetching = undefined;
    }
  }

  private show(model: WireModel, layout: Layout, markers: Markers, first: boolean): void {
    const { schema, selection } = this.store.get();
    const elements = new Map(Object.entries(model.elements).map(([id, wire]) => [id, readElement(id, wire)]));
    const board = new Board(schema, model.root, elements, markers.markers);
    let collapsed: ReadonlySet<Key> = new Set(layout.collapsed.filter((id) => elements.has(id)));
    if (first && layout.collapsed.length === 0) {
      collapsed = closedAtFirst(board);
    }
    this.store.set({
      board,
      rev: model.rev,
      totals: markers.total,
      pins: layout.pins,
      collapsed,
      selection: selection.filter((id) => elements.has(id)),
    });
    void this.place();
  }

  /** The server forgot the document, as after a restart: its path is opened again. */
  private async reopen(): Promise<void> {
    if (this.path !== undefined) {
      const { selection, collapsed } = this.store.get();
      const info = await this.client.open(this.path);
      this.fetching = undefined;
      await this.enter(info);
      const { board } = this.store.get();
      this.store.set({ selection: selection.filter((id) => board?.find(id) !== undefined), collapsed });
      void this.place();
    }
  }

  private freshPlacing(): Placing {
    return new Placing((containers) => this.client.arrange(this.store.get().doc!, containers));
  }

  async place(): Promise<void> {
    const turn = ++this.placingTurn;
    const { board, collapsed, pins } = this.store.get();
    if (board === undefined) {
      return;
    }
    try {
      const placement = await this.placing.place(buildScene(board, collapsed), pins);
      if (turn === this.placingTurn) {
        this.store.set({ placement });
      }
    } catch (e) {
      this.complain(e);
    }
  }

  apply(change: WireChange): void {
    const { doc, board, rev, docs } = this.store.get();
    this.store.set({
      docs: docs.map((d) =>
        d.doc === change.doc && change.rev >= d.rev
          ? { ...d, rev: change.rev, undo: change.undo, redo: change.redo, unsaved: change.unsaved ?? d.unsaved }
          : d,
      ),
    });
    if (change.doc !== doc || board === undefined || change.rev <= rev) {
      return;
    }
    if (change.baseRev !== rev) {
      void this.run(() => this.fetch(change.doc));
      return;
    }
    const next = board.with(change);
    this.store.set({
      board: next,
      rev: change.rev,
      selection: this.store.get().selection.filter((id) => next.find(id) !== undefined),
    });
    if (change.client !== undefined && change.client !== this.client.name && change.label !== undefined) {
      this.announce(`Another page: ${change.label}`);
    }
    void this.place();
  }

  private listen(): void {
    const source = new EventSource(`api/events?client=${this.client.name}`);
    this.events = source;
    const on = <T>(type: string, handle: (data: T) => void) =>
      source.addEventListener(type, (event) => handle(JSON.parse((event as MessageEvent<string>).data) as T));
    source.onerror = () => {
      this.lost ??= setTimeout(() => this.store.set({ connection: 'lost' }), LOST_AFTER_MS);
      if (source.readyState === EventSource.CLOSED) {
        this.events = undefined;
        setTimeout(() => this.listen(), LOST_AFTER_MS);
      }
    };
    on<{ boot: string; schemaRev: number }>('hello', (hello) => this.greeted(hello));
    on<{ reason: string }>('resync', () => void this.resync());
    on<{ docs: DocInfo[] }>('docs', ({ docs }) => this.docsChanged(docs));
    on<WireChange>('change', (change) => this.apply(change));
    on<{ doc: string; reason: string }>('reset', ({ doc, reason }) => {
      if (doc === this.store.get().doc) {
        this.announce(reason);
        void this.run(() => this.fetch(doc));
      }
    });
    on<Markers>('markers', (markers) => this.marked(markers));
    on<Layout & { doc: string; client?: string }>('layout', (layout) => this.laidOut(layout));
    on<{ schemaRev: number }>('schema', () => void this.run(() => this.schemaChanged()));
    on<LiveState>('live', (live) => this.store.set({ live: live.state === 'gone' ? undefined : live }));
  }

  private greeted(hello: { boot: string; schemaRev: number }): void {
    clearTimeout(this.lost);
    this.lost = undefined;
    const { connection, hello: before, schema } = this.store.get();
    const up = () => {
      this.store.set({ connection: 'up' });
      if (connection === 'lost') {
        this.announce('Connected again');
      }
    };
    if (before === undefined || before.boot !== hello.boot) {
      // Another server: until its documents are open here, nothing can be done.
      void this.resync().then(up);
      return;
    }
    up();
    if (schema.rev !== hello.schemaRev) {
      void this.run(() => this.schemaChanged());
    }
  }

  private rememberPath(): void {
    this.path = docOf(this.store.get())?.path ?? this.path;
  }

  private async resync(): Promise<void> {
    this.rememberPath();
    await this.run(async () => {
      await this.hello();
      const { doc } = this.store.get();
      if (doc !== undefined) {
        await this.fetch(doc);
      }
    });
  }

  private docsChanged(docs: readonly DocInfo[]): void {
    this.rememberPath();
    const known = new Map(this.store.get().docs.map((d) => [d.doc, d]));
    // A change may have come in before this list was written.
    this.store.set({ docs: docs.map((d) => ((known.get(d.doc)?.rev ?? 0) > d.rev ? known.get(d.doc)! : d)) });
    this.client.workspace().then(
      ({ files }) => this.store.set({ files }),
      () => undefined,
    );
  }

  private marked(markers: Markers): void {
    const { doc, board } = this.store.get();
    if (markers.doc === doc && board !== undefined) {
      this.store.set({ board: board.withMarkers(markers.markers), totals: markers.total });
    }
  }

  private laidOut(layout: Layout & { doc: string; client?: string }): void {
    if (layout.doc === this.store.get().doc && layout.client !== this.client.name) {
      this.store.set({ pins: layout.pins, collapsed: new Set(layout.collapsed) });
      void this.place();
    }
  }

  private async schemaChanged(): Promise<void> {
    const schema = new Schema(await this.client.schema());
    const { board } = this.store.get();
    this.store.set({ schema, board: board?.withSchema(schema) });
    void this.place();
  }

  /** Errors become a notice; the answer says whether it went well. */
  async run(work: () => Promise<unknown>): Promise<boolean> {
    this.store.set({ busy: true });
    try {
      await work();
      return true;
    } catch (e) {
      this.complain(e);
      return false;
    } finally {
      this.store.set({ busy: false });
    }
  }

  complain(e: unknown): void {
    this.notice('error', e instanceof Error ? e.message : String(e));
  }

  notice(tone: 'error' | 'info', text: string): void {
    const id = ++this.noticeId;
    const others = this.store.get().notices.filter((n) => n.text !== text);
    this.store.set({ notices: [...others, { id, tone, text }].slice(-4), announcement: text });
    if (tone === 'info') {
      setTimeout(() => this.dismiss(id), 6_000);
    }
  }

  dismiss(id: number): void {
    this.store.set({ notices: this.store.get().notices.filter((n) => n.id !== id) });
  }

  /** For screen readers only. */
  announce(text: string): void {
    this.store.set({ announcement: text });
  }

  stop(): void {
    this.events?.close();
  }
}

function closedAtFirst(board: Board): ReadonlySet<Key> {
  const root = board.find(board.root);
  if (root === undefined || board.countInside(root) <= OPEN_AT_FIRST) {
    return new Set();
  }
  const closed = new Set<Key>();
  for (const element of board.elements.values()) {
    const inside = board.isNode(element) ? board.nodeChildren(element).length : 0;
    const deep = element.parent !== board.root || board.role(element) === 'memory';
    if (inside > 0 && (deep || inside > OPEN_AT_FIRST)) {
      closed.add(element.id);
    }
  }
  return closed;
}

export const desk = new Desk(store);
