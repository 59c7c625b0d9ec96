// docs/editor-protocol.md, as types. What may be absent there is optional here.

export type Key = string;

export interface Hello {
  readonly product: string;
  readonly version: string;
  readonly boot: string;
  readonly workspace: string;
  readonly kernels: readonly string[];
  readonly kernel: string;
  readonly memory: readonly string[];
  readonly policies: readonly string[];
  readonly verdicts: readonly string[];
  readonly limits: { readonly bodyBytes: number; readonly markers: number };
  readonly live: boolean;
}

export interface WorkspaceFile {
  readonly path: string;
  readonly kind: 'board' | 'devicetree';
  readonly size?: number;
  readonly modified?: string;
  readonly doc?: string;
  readonly unsaved?: boolean;
}

export interface DocInfo {
  readonly doc: string;
  readonly path: string;
  readonly name: string;
  readonly rev: number;
  readonly unsaved: boolean;
  readonly onDisk: boolean;
  readonly disk: 'same' | 'changed' | 'deleted';
  readonly readOnly?: string | null;
  readonly errors: number;
  readonly warnings: number;
  readonly undo?: string | null;
  readonly redo?: string | null;
  readonly report?: ImportReport;
}

export interface ImportNote {
  readonly node?: string;
  readonly text: string;
}

export interface ImportReport {
  readonly understood?: readonly ImportNote[];
  readonly ignored?: readonly ImportNote[];
  readonly guessed?: readonly ImportNote[];
  readonly warnings?: readonly string[];
}

export type FeatureType = 'address' | 'size' | 'cells' | 'int' | 'long' | 'boolean' | 'string' | 'enum' | 'class';

export interface Feature {
  readonly name: string;
  readonly kind: 'attribute' | 'reference' | 'containment';
  readonly type: FeatureType;
  readonly doc?: string;
  readonly unit?: string;
  readonly many?: boolean;
  readonly required?: boolean;
  readonly default?: string;
  readonly unsettable?: boolean;
  readonly readOnly?: boolean;
  readonly enum?: string;
  readonly target?: string;
  readonly pattern?: string;
  readonly min?: string;
  readonly max?: string;
  /** Values worth offering. */
  readonly suggest?: readonly string[];
}

export interface EdgeKind {
  readonly feature: string;
  readonly via?: string;
  readonly link?: string;
  readonly target: string;
  readonly label?: string;
}

export type Role = 'root' | 'bus' | 'memory' | 'pool' | 'iommu' | 'device' | 'part' | 'unknown';

export interface ClassInfo {
  readonly label: string;
  readonly doc?: string;
  readonly abstract?: boolean;
  readonly supers: readonly string[];
  readonly category?: string;
  readonly color?: string;
  readonly icon?: string;
  readonly role: Role;
  readonly features: readonly Feature[];
  readonly children: readonly { readonly feature: string; readonly class: string }[];
  readonly edges: readonly EdgeKind[];
}

export interface EnumValue {
  readonly value: string;
  readonly doc?: string;
}

export interface WireSchema {
  readonly schemaRev: number;
  readonly root: string;
  readonly packages: Readonly<Record<string, { nsURI: string; doc?: string; bundle?: string }>>;
  readonly classes: Readonly<Record<string, ClassInfo>>;
  readonly enums: Readonly<Record<string, readonly EnumValue[]>>;
}

export interface WireElement {
  readonly class?: string;
  readonly label: string;
  readonly parent?: Key | null;
  readonly feature?: string | null;
  readonly attrs?: Readonly<Record<string, string | readonly string[]>>;
  readonly refs?: Readonly<Record<string, Key | readonly Key[]>>;
  readonly children?: Readonly<Record<string, Key | readonly Key[]>>;
  readonly unknown?: { readonly type?: string; readonly nsURI?: string; readonly bundle?: string };
}

export interface WireModel {
  readonly doc: string;
  readonly rev: number;
  readonly schemaRev: number;
  readonly root: Key;
  readonly undo?: string | null;
  readonly redo?: string | null;
  readonly readOnly?: string | null;
  readonly elements: Readonly<Record<Key, WireElement>>;
}

export interface WireChange {
  readonly doc: string;
  readonly baseRev: number;
  readonly rev: number;
  readonly client?: string;
  readonly label?: string;
  readonly changed: Readonly<Record<Key, WireElement>>;
  readonly removed: readonly Key[];
  readonly undo?: string | null;
  readonly redo?: string | null;
  readonly unsaved?: boolean;
}

export type Severity = 'error' | 'warning' | 'note';

export interface Marker {
  readonly severity: Severity;
  readonly element: Key;
  readonly feature?: string;
  readonly text: string;
  readonly todo?: string;
  readonly rule?: string;
}

export interface Markers {
  readonly doc: string;
  readonly rev: number;
  readonly total: Readonly<Record<Severity, number>>;
  readonly markers: readonly Marker[];
}

export interface Layout {
  readonly pins: Readonly<Record<Key, readonly [number, number]>>;
  readonly collapsed: readonly Key[];
}

export interface Candidate {
  readonly key: Key;
  readonly label: string;
  readonly class: string;
  readonly where?: string;
}

export type Command =
  | { op: 'set'; element: Key; feature: string; value: string | readonly string[] | null }
  | {
      op: 'create';
      parent: Key;
      feature: string;
      class: string;
      attrs?: Record<string, string>;
      refs?: Record<string, Key | readonly Key[]>;
      index?: number;
    }
  | { op: 'delete'; elements: readonly Key[] }
  | { op: 'move'; elements: readonly Key[]; parent: Key; feature: string; index?: number }
  | { op: 'connect'; source: Key; target: Key; feature?: string }
  | { op: 'disconnect'; source: Key; target: Key; feature: string }
  | { op: 'copy'; elements: readonly Key[]; parent: Key; feature?: string; from?: string }
  | { op: 'batch'; label?: string; commands: readonly Command[] }
  | { op: 'undo'; force?: boolean }
  | { op: 'redo'; force?: boolean };

export interface CommandAnswer {
  readonly rev: number;
  readonly label?: string;
  readonly created?: readonly Key[];
  readonly change?: WireChange;
}
