// From a board and what is collapsed to what is on the picture: boxes in boxes, and lines lifted to
// the nearest box that can be seen.
import { Board, Element, Line } from '../model/board';
import type { Key, Role, Severity } from '../wire/types';
import { drawMemory } from './memory';

export const LEAF_WIDTH = 188;
export const LEAF_HEIGHT = 58;
/** Top, right, bottom, left of a box that holds others. */
export const PADDING: [number, number, number, number] = [50, 16, 16, 16];

export interface SceneNode {
  readonly id: Key;
  readonly element: Element;
  readonly role: Role;
  readonly kind: string;
  /** The box it is drawn in; an IOMMU's box holds the devices behind it. */
  readonly parent: Key | undefined;
  readonly children: readonly Key[];
  /** Could be opened and closed. */
  readonly container: boolean;
  readonly open: boolean;
  readonly hidden: number;
  readonly worst: Severity | undefined;
  readonly w: number;
  readonly h: number;
  /** A pool's place inside its memory, which no layout moves. */
  readonly fixed: { readonly x: number; readonly y: number } | undefined;
}

export interface SceneEdge {
  readonly id: string;
  readonly source: Key;
  readonly target: Key;
  readonly feature: string;
  readonly label: string;
  /** What it stands for: one line, or several lifted ones. */
  readonly lines: readonly Line[];
  readonly lifted: boolean;
}

export interface Scene {
  readonly nodes: ReadonlyMap<Key, SceneNode>;
  readonly roots: readonly Key[];
  readonly edges: readonly SceneEdge[];
  readonly board: Board;
}

/** The unit of whose domain a device is drawn a part: its only one, and a neighbour. */
export function domainOf(board: Board, element: Element): Key | undefined {
  if (board.role(element) !== 'device') {
    return undefined;
  }
  const units = new Set<Key>();
  for (const edge of board.schema.edges(element.cls)) {
    if (edge.via !== undefined) {
      for (const link of element.children[edge.feature] ?? []) {
        (board.find(link)?.refs[edge.via] ?? []).forEach((unit) => units.add(unit));
      }
    }
  }
  const [unit] = units;
  const found = units.size === 1 ? board.find(unit) : undefined;
  return found !== undefined && board.role(found) === 'iommu' && found.parent === element.parent
    ? found.id
    : undefined;
}

export function buildScene(board: Board, collapsed: ReadonlySet<Key>): Scene {
  const inside = new Map<Key, Key[]>();
  const boxOf = new Map<Key, Key>();
  for (const element of board.elements.values()) {
    if (board.isNode(element)) {
      const box = domainOf(board, element) ?? element.parent;
      if (box !== undefined) {
        boxOf.set(element.id, box);
        const list = inside.get(box);
        if (list === undefined) {
          inside.set(box, [element.id]);
        } else {
          list.push(element.id);
        }
      }
    }
  }
  const count = (id: Key): number => (inside.get(id) ?? []).reduce((sum, child) => sum + 1 + count(child), 0);
  const nodes = new Map<Key, SceneNode>();
  const show = (id: Key, parent: Key | undefined, fixed?: { x: number; y: number; w: number; h: number }) => {
    const element = board.find(id)!;
    const role = board.role(element);
    const held = inside.get(id) ?? [];
    const container = held.length > 0;
    const open = container && !collapsed.has(id);
    const picture = role === 'memory' && open ? drawMemory(board, element) : undefined;
    nodes.set(id, {
      id,
      element,
      role,
      kind: board.kind(element),
      parent,
      children: open ? held : [],
      container,
      open,
      hidden: open ? 0 : count(id),
      worst: board.worst(element),
      w: fixed?.w ?? picture?.w ?? LEAF_WIDTH,
      h: fixed?.h ?? picture?.h ?? LEAF_HEIGHT,
      fixed,
    });
    if (open) {
      const bands = new Map(picture?.bands.map((band) => [band.element.id, band]));
      held.forEach((child) => show(child, id, bands.get(child)));
    }
  };
  const roots = inside.get(board.root) ?? [];
  roots.forEach((id) => show(id, undefined));
  return { nodes, roots, edges: liftedEdges(board, nodes, boxOf), board };
}

function liftedEdges(board: Board, nodes: ReadonlyMap<Key, SceneNode>, boxOf: ReadonlyMap<Key, Key>): SceneEdge[] {
  const shown = (id: Key) => {
    let at: Key | undefined = id;
    while (at !== undefined && !nodes.has(at)) {
      at = boxOf.get(at);
    }
    return at;
  };
  const within = (inner: Key, outer: Key) => {
    for (let at: Key | undefined = inner; at !== undefined; at = boxOf.get(at)) {
      if (at === outer) {
        return true;
      }
    }
    return false;
  };
  const edges = new Map<string, { source: Key; target: Key; lines: Line[]; lifted: boolean }>();
  for (const line of board.lines) {
    const source = shown(line.source);
    const target = shown(line.target);
    // A line into the box that one stands in is said by the box.
    if (source === undefined || target === undefined || within(source, target) || within(target, source)) {
      continue;
    }
    const lifted = source !== line.source || target !== line.target;
    const id = lifted ? `${source}|*|${target}` : line.id;
    const edge = edges.get(id);
    if (edge === undefined) {
      edges.set(id, { source, target, lines: [line], lifted });
    } else {
      edge.lines.push(line);
    }
  }
  return [...edges].map(([id, edge]) => ({
    id,
    ...edge,
    feature: edge.lines[0]!.feature,
    label: edge.lines.length === 1 ? edge.lines[0]!.label : `${edge.lines.length} lines`,
  }));
}

/** Containers to open so that the element is on the picture. */
export function closedAround(board: Board, collapsed: ReadonlySet<Key>, id: Key): Key[] {
  const around: Key[] = [];
  for (let at = board.find(id); at !== undefined; at = board.find(at.parent)) {
    const domain = domainOf(board, at);
    for (const box of [domain, at.parent]) {
      if (box !== undefined && collapsed.has(box)) {
        around.push(box);
      }
    }
  }
  return around;
}
