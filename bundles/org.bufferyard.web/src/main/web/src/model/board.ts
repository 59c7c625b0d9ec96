import type { EdgeKind, Key, Marker, Role, Severity, WireChange, WireElement } from '../wire/types';
import { Schema } from './schema';

export interface Element {
  readonly id: Key;
  readonly cls: string | undefined;
  readonly label: string;
  readonly parent: Key | undefined;
  readonly feature: string | undefined;
  readonly attrs: Readonly<Record<string, string | readonly string[]>>;
  readonly refs: Readonly<Record<string, readonly Key[]>>;
  readonly children: Readonly<Record<string, readonly Key[]>>;
  readonly unknown: WireElement['unknown'];
}

/** A line between two components: a reference, or a part that refers. */
export interface Line {
  readonly id: string;
  readonly source: Key;
  readonly target: Key;
  readonly feature: string;
  readonly label: string;
}

/** A line that may be drawn. */
export interface Connection {
  readonly source: Key;
  readonly target: Key;
  readonly feature: string;
  readonly label: string;
  readonly doc: string;
}

/** A place where a new element may be put. */
export interface Place {
  readonly parent: Key;
  readonly feature: string;
  readonly cls: string;
}

function lists(record: Readonly<Record<string, string | readonly string[]>> | undefined) {
  const out: Record<string, readonly string[]> = {};
  for (const [name, value] of Object.entries(record ?? {})) {
    out[name] = typeof value === 'string' ? [value] : value;
  }
  return out;
}

export function readElement(id: Key, wire: WireElement): Element {
  return {
    id,
    cls: wire.class,
    label: wire.label,
    parent: wire.parent ?? undefined,
    feature: wire.feature ?? undefined,
    attrs: wire.attrs ?? {},
    refs: lists(wire.refs),
    children: lists(wire.children),
    unknown: wire.unknown,
  };
}

/** One revision of an open document. Immutable. */
export class Board {
  private index: Map<Key, Marker[]> | undefined;
  private drawnLines: Line[] | undefined;

  constructor(
    readonly schema: Schema,
    readonly root: Key,
    readonly elements: ReadonlyMap<Key, Element>,
    readonly markers: readonly Marker[],
  ) {}

  find(id: Key | undefined): Element | undefined {
    return id === undefined ? undefined : this.elements.get(id);
  }

  label(id: Key): string {
    return this.elements.get(id)?.label ?? id;
  }

  role(element: Element): Role {
    return element.unknown !== undefined || element.cls === undefined ? 'unknown' : this.schema.role(element.cls);
  }

  kind(element: Element): string {
    if (element.unknown !== undefined || element.cls === undefined) {
      return `unknown ${element.unknown?.type ?? 'type'}`;
    }
    return this.schema.label(element.cls);
  }

  /** What is drawn as a node: components and unknowns, not their parts. */
  isNode(element: Element): boolean {
    const role = this.role(element);
    return role !== 'part' && role !== 'root';
  }

  childrenOf(element: Element): Element[] {
    return Object.values(element.children)
      .flat()
      .map((id) => this.elements.get(id))
      .filter((child) => child !== undefined);
  }

  nodeChildren(element: Element): Element[] {
    return this.childrenOf(element).filter((child) => this.isNode(child));
  }

  countInside(element: Element): number {
    return this.nodeChildren(element).reduce((sum, child) => sum + 1 + this.countInside(child), 0);
  }

  /** From the board down to the element itself. */
  path(id: Key): Element[] {
    const way: Element[] = [];
    for (let at = this.elements.get(id); at !== undefined; at = this.find(at.parent)) {
      way.unshift(at);
    }
    return way;
  }

  /** The element itself when it is drawn, else the nearest one around it that is. */
  drawn(id: Key): Element | undefined {
    let at = this.elements.get(id);
    while (at !== undefined && !this.isNode(at)) {
      at = this.find(at.parent);
    }
    return at;
  }

  contains(outer: Key, inner: Key): boolean {
    return this.path(inner).some((element) => element.id === outer);
  }

  markersFor(id: Key): readonly Marker[] {
    if (this.index === undefined) {
      this.index = new Map();
      for (const marker of this.markers) {
        const list = this.index.get(marker.element);
        if (list === undefined) {
          this.index.set(marker.element, [marker]);
        } else {
          list.push(marker);
        }
      }
    }
    return this.index.get(id) ?? [];
  }

  /** Markers of the element and of its parts, which have no node of their own. */
  markersAt(element: Element): readonly Marker[] {
    const parts = this.childrenOf(element).filter((child) => !this.isNode(child));
    return [element, ...parts].flatMap((e) => this.markersFor(e.id));
  }

  worst(element: Element): Severity | undefined {
    const all = this.markersAt(element);
    return (['error', 'warning', 'note'] as const).find((s) => all.some((m) => m.severity === s));
  }

  text(element: Element, attribute: string): string | undefined {
    const value = element.attrs[attribute] ?? this.schema.feature(element.cls, attribute)?.default;
    return typeof value === 'string' ? value : undefined;
  }

  /** Legal children of a container, parts included, where there is still room. */
  places(container: Element): Place[] {
    const info = this.schema.find(container.cls);
    return (info?.children ?? [])
      .filter(({ feature }) => {
        const many = this.schema.feature(container.cls, feature)?.many ?? true;
        return many || (container.children[feature] ?? []).length === 0;
      })
      .map(({ feature, class: cls }) => ({ parent: container.id, feature, cls }));
  }

  /** The feature of the container that would take an element of the class, if any. */
  placeFor(container: Element, cls: string | undefined): Place | undefined {
    return this.places(container).find((place) => place.cls === cls);
  }

  mayMove(id: Key, container: Element): boolean {
    const element = this.elements.get(id);
    return (
      element !== undefined &&
      !this.contains(id, container.id) &&
      this.placeFor(container, element.cls) !== undefined
    );
  }

  /** All ways in which a line between the two may be stored, those from the first one first. */
  connections(from: Element, to: Element): Connection[] {
    return from.id === to.id ? [] : [...this.oneWay(from, to), ...this.oneWay(to, from)];
  }

  private oneWay(source: Element, target: Element): Connection[] {
    return this.schema
      .edges(source.cls)
      .filter((edge) => this.schema.isA(target.cls, edge.target))
      .filter((edge) => !this.far(source, edge).some((f) => f.target === target.id))
      .filter((edge) => this.hasRoom(source, edge))
      .map((edge) => ({
        source: source.id,
        target: target.id,
        feature: edge.feature,
        label: edge.label ?? edge.feature,
        doc: this.schema.feature(source.cls, edge.feature)?.doc ?? '',
      }));
  }

  private hasRoom(source: Element, edge: EdgeKind): boolean {
    const feature = this.schema.feature(source.cls, edge.feature);
    return feature?.readOnly !== true && (feature?.many === true || this.far(source, edge).length === 0);
  }

  private far(source: Element, edge: EdgeKind): { target: Key; at: Key }[] {
    if (edge.via === undefined) {
      return (source.refs[edge.feature] ?? []).map((target) => ({ target, at: source.id }));
    }
    return (source.children[edge.feature] ?? []).flatMap((link) =>
      (this.elements.get(link)?.refs[edge.via!] ?? []).map((target) => ({ target, at: link })),
    );
  }

  get lines(): readonly Line[] {
    if (this.drawnLines === undefined) {
      this.drawnLines = [];
      for (const source of this.elements.values()) {
        for (const edge of this.schema.edges(source.cls)) {
          for (const { target } of this.far(source, edge)) {
            this.drawnLines.push({
              id: `${source.id}|${edge.feature}|${target}`,
              source: source.id,
              target,
              feature: edge.feature,
              label: edge.label ?? edge.feature,
            });
          }
        }
      }
    }
    return this.drawnLines;
  }

  with(change: WireChange): Board {
    const elements = new Map(this.elements);
    for (const id of change.removed) {
      elements.delete(id);
    }
    for (const [id, wire] of Object.entries(change.changed)) {
      elements.set(id, readElement(id, wire));
    }
    const markers = this.markers.filter((m) => m.element === '' || elements.has(m.element));
    return new Board(this.schema, this.root, elements, markers);
  }

  withMarkers(markers: readonly Marker[]): Board {
    return new Board(this.schema, this.root, this.elements, markers);
  }

  withSchema(schema: Schema): Board {
    return new Board(schema, this.root, this.elements, this.markers);
  }
}
