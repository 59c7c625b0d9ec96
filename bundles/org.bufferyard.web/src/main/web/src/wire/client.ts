// Requests. One method an endpoint; every failure is a Refusal whose line is fit for a person.
import type {
  Candidate,
  Command,
  CommandAnswer,
  DocInfo,
  Hello,
  Key,
  Layout,
  Markers,
  WireModel,
  WireSchema,
  WorkspaceFile,
} from './types';
import type { AddressMap, DiffRow, Explanation, LiveState, Matrix, ModelDiff, Question, Timeline } from './answers';

export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    line: string,
    readonly rev?: number,
  ) {
    super(line);
  }
}

export interface ArrangeContainer {
  id: string;
  direction: string;
  padding: [number, number, number, number];
  nodes: { id: string; w: number; h: number; x?: number; y?: number; pinned?: boolean }[];
  edges: { id: string; source: string; target: string }[];
}

export interface Arranged {
  containers: { id: string; w: number; h: number; nodes: Record<string, [number, number]> }[];
}

export class Client {
  readonly name = randomName();

  hello = () => this.ask<Hello>('GET', 'hello');
  schema = () => this.ask<WireSchema>('GET', 'schema');
  workspace = () => this.ask<{ files: WorkspaceFile[]; truncated: boolean }>('GET', 'workspace');
  docs = () => this.ask<{ docs: DocInfo[] }>('GET', 'docs');
  open = (path: string) => this.ask<DocInfo>('POST', 'docs', { open: path });
  create = (path: string, name: string, architecture: string) =>
    this.ask<DocInfo>('POST', 'docs', { new: path, name, architecture });
  importBlob = (name: string, blob: Blob) =>
    this.send<DocInfo>('POST', `docs?import=${encodeURIComponent(name)}`, blob, 'application/octet-stream');
  close = (doc: string, discard: boolean) => this.ask<unknown>('DELETE', `docs/${doc}?discard=${discard}`);
  save = (doc: string, baseRev: number, path?: string, overwrite?: boolean) =>
    this.ask<DocInfo>('POST', `docs/${doc}/save`, { baseRev, path, overwrite });
  reload = (doc: string) => this.ask<DocInfo>('POST', `docs/${doc}/reload`, { discard: true });
  model = (doc: string) => this.ask<WireModel>('GET', `docs/${doc}/model`);
  markers = (doc: string) => this.ask<Markers>('GET', `docs/${doc}/markers`);
  layout = (doc: string) => this.ask<Layout>('GET', `docs/${doc}/layout`);
  pin = (doc: string, change: { pins?: Record<Key, [number, number] | null>; collapsed?: readonly Key[] }) =>
    this.ask<unknown>('PATCH', `docs/${doc}/layout`, change);
  arrange = (doc: string, containers: ArrangeContainer[]) =>
    this.ask<Arranged>('POST', `docs/${doc}/arrange`, { containers });
  candidates = (doc: string, element: Key, feature: string) =>
    this.ask<{ candidates: Candidate[]; truncated: boolean }>(
      'GET',
      `docs/${doc}/candidates?element=${encodeURIComponent(element)}&feature=${encodeURIComponent(feature)}`,
    );
  command = (doc: string, baseRev: number, command: Command) =>
    this.ask<CommandAnswer>('POST', `docs/${doc}/command`, { baseRev, ...command });
  explain = (doc: string, question: Question) => this.ask<Explanation>('POST', `docs/${doc}/explain`, question);
  matrix = (doc: string, question: { memory: readonly string[]; policy: string; kernel: string; size: string }) =>
    this.ask<Matrix>('POST', `docs/${doc}/matrix`, question);
  addressMap = (doc: string, device: Key) =>
    this.ask<AddressMap>('GET', `docs/${doc}/addressmap?device=${encodeURIComponent(device)}`);
  diffPolicies = (doc: string, question: Question) =>
    this.ask<{ rows: DiffRow[] }>('POST', `docs/${doc}/diff`, { question, policies: ['mainline', 'proposal'] });
  diffVerdicts = (doc: string, question: Question, other: string) =>
    this.ask<{ rows: DiffRow[] }>('POST', `docs/${doc}/diff`, { question, other });
  diffModels = (doc: string, other: string) => this.ask<ModelDiff>('POST', `docs/${doc}/diff`, { other });
  live = () => this.ask<LiveState>('GET', 'live');
  timeline = (seconds: number) => this.ask<Timeline>('GET', `live/timeline?seconds=${seconds}`);
  act = (action: Record<string, unknown>) => this.ask<LiveState>('POST', 'live', action);

  private ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    return this.send<T>(method, path, body === undefined ? undefined : JSON.stringify(body), 'application/json');
  }

  private async send<T>(method: string, path: string, body: BodyInit | undefined, type: string): Promise<T> {
    const headers: Record<string, string> = { Accept: 'application/json' };
    if (method !== 'GET') {
      headers['X-Bufferyard'] = this.name;
    }
    if (body !== undefined) {
      headers['Content-Type'] = type;
    }
    let answer: Response;
    try {
      answer = await fetch(`api/${path}`, { method, headers, body });
    } catch {
      throw new Refusal(0, 'unreachable', 'the server cannot be reached: is the yard still running?');
    }
    const text = await answer.text();
    let json: unknown;
    try {
      json = text === '' ? {} : JSON.parse(text);
    } catch {
      throw new Refusal(answer.status, 'internal', `the server answered ${answer.status} with something unreadable`);
    }
    if (!answer.ok) {
      const error = (json as { error?: { code?: string; line?: string; rev?: number } }).error;
      const line = error?.line ?? `the server answered ${answer.status}`;
      throw new Refusal(answer.status, error?.code ?? 'internal', line, error?.rev);
    }
    return json as T;
  }
}

function randomName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}
