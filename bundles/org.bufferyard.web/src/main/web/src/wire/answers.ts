// The answers of the verdict and live endpoints.
import type { Key } from './types';

export type Verdict = 'REFUSED' | 'OOPS' | 'FAULT' | 'CORRUPT' | 'STALE' | 'COPIED' | 'BOUNCED' | 'SHARED';

export interface Question {
  readonly exporter: Key;
  readonly importers: readonly Key[];
  readonly memory: string;
  readonly size: string;
  readonly policy: string;
  readonly kernel: string;
  readonly ops?: string;
}

export interface ChainStep {
  readonly step: number;
  readonly rule: string;
  readonly kernel?: string;
  readonly element?: Key;
  readonly text: string;
  readonly values?: Readonly<Record<string, string>>;
}

export interface Result {
  readonly policy: string;
  readonly exporter: Key;
  readonly importer: Key;
  readonly memory: string;
  readonly ops?: string | null;
  readonly verdict: Verdict | null;
  readonly errno?: string | null;
  readonly segments?: readonly { dma: string; length: number; page?: string | null }[];
  readonly mappings?: readonly { iommu: Key; iova: string; phys: string; size: number; prot: string }[];
  readonly hazards?: readonly { rule: string; element?: Key; text: string }[];
  readonly chain: readonly ChainStep[];
  readonly path?: readonly Key[];
  /** Why the model could not follow. */
  readonly stop?: string | null;
}

export interface Explanation {
  readonly rev?: number;
  readonly board: string;
  readonly kernel: string;
  readonly results: readonly Result[];
}

export interface Cell {
  readonly policy: string;
  readonly memory: string;
  readonly exporter: Key;
  readonly importer: Key;
  readonly verdict: Verdict | null;
  readonly stopped?: boolean;
  readonly note?: string;
  readonly hazards: number;
}

export interface Matrix {
  readonly rev: number;
  readonly kernel: string;
  readonly devices: readonly Key[];
  readonly cells: readonly Cell[];
}

export type Reach = 'direct' | 'iommu' | 'bounce' | 'none';

export interface Span {
  readonly element: Key;
  readonly cpu: string;
  readonly size: string;
  readonly reach: Reach;
  readonly dma?: string | null;
  readonly text?: string;
}

export interface AddressMap {
  readonly device: Key;
  readonly dmaMask: string;
  readonly coherentMask: string;
  readonly busLimit?: string | null;
  readonly coherent: boolean;
  /** What the kernel makes of all windows on the way; none: addresses pass unchanged. */
  readonly windows?: readonly { dma: string; cpu: string; size: string }[];
  readonly way: readonly {
    element: Key;
    passes?: boolean;
    windows: readonly { dma: string; parent: string; size: string }[];
  }[];
  readonly iommus: readonly { element: Key; specifier?: string }[];
  readonly memory: readonly Span[];
  readonly pools: readonly (Span & { kind: string; own: boolean; noMap: boolean })[];
  readonly reservedIova: readonly { iova: string; size: string }[];
}

export interface DiffRow {
  readonly importer: Key;
  readonly left?: Result | null;
  readonly right?: Result | null;
  readonly same: boolean;
  readonly fields: readonly string[];
}

export interface ModelDiff {
  readonly added: readonly Key[];
  readonly removed: readonly Key[];
  readonly changed: readonly { element: Key; feature: string; left?: string | null; right?: string | null }[];
  readonly moved: readonly { element: Key; left?: string; right?: string }[];
}

export interface Pipeline {
  readonly id: string;
  readonly exporter: Key;
  readonly importers: readonly Key[];
  readonly policy: string;
  readonly memory: string;
  readonly size: string;
  readonly state: 'streaming' | 'drained' | 'parked' | 'stopped' | 'failed';
  /** Why it does not stream. */
  readonly text?: string;
  readonly framesPerSecond: number;
  readonly framesIn: number;
  readonly framesOut: number;
  readonly inFlight: number;
  readonly dropped: number;
  readonly drops?: readonly { reason: string; frames: number }[];
  /** Bytes. */
  readonly bounced: number;
  readonly copied: number;
  readonly faults: number;
  readonly wrongChecksums: number;
}

export interface Service {
  readonly id: string;
  readonly kind: string;
  readonly model: string;
  readonly provider: string;
  readonly ranking: number;
  readonly state: 'USED' | 'SHADOWED' | 'QUARANTINED' | 'REFUSED' | 'WAITING' | 'FAILED' | 'STOPPED';
  readonly reason?: string;
  readonly elements: readonly Key[];
  readonly actions: readonly string[];
}

export interface LiveState {
  readonly at?: number;
  readonly yard?: string;
  readonly yards?: readonly string[];
  readonly board?: string;
  readonly kernel?: string;
  readonly doc?: string | null;
  readonly source?: string;
  readonly state: 'running' | 'idle' | 'failed' | 'gone';
  readonly waiting?: readonly string[];
  readonly pipelines?: readonly Pipeline[];
  readonly services?: readonly Service[];
  readonly totals?: Readonly<Record<string, number>>;
}

export interface TimelineEvent {
  readonly at: number;
  readonly kind: string;
  readonly element?: Key;
  readonly pipeline?: string;
  readonly text?: string;
  readonly count?: number;
}

export interface Timeline {
  readonly now: number;
  readonly events: readonly TimelineEvent[];
}
