// Asks the server where boxes go: each container by itself, the innermost first, and only those
// that are not as they were.
import type { Key } from '../wire/types';
import type { ArrangeContainer, Arranged } from '../wire/client';
import { PADDING, Scene, SceneNode } from './scene';

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export type Placement = ReadonlyMap<Key, Rect>;
export type Pins = Readonly<Record<Key, readonly [number, number]>>;

interface Kept {
  readonly signature: string;
  readonly answer: Arranged['containers'][number];
}

export class Placing {
  private readonly kept = new Map<Key, Kept>();

  constructor(private readonly arrange: (containers: ArrangeContainer[]) => Promise<Arranged>) {}

  async place(scene: Scene, pins: Pins): Promise<Placement> {
    const sizes = new Map<Key, { w: number; h: number }>();
    const edges = edgesByContainer(scene);
    for (const level of levels(scene)) {
      const wanted = level.map((id) => this.question(scene, id, sizes, edges.get(id) ?? [], pins));
      const changed = wanted.filter((w) => this.kept.get(w.id)?.signature !== JSON.stringify(w));
      if (changed.length > 0) {
        const { containers } = await this.arrange(changed);
        for (const answer of containers) {
          const asked = changed.find((c) => c.id === answer.id);
          this.kept.set(answer.id, { signature: JSON.stringify(asked), answer });
        }
      }
      for (const { id } of wanted) {
        const { w, h } = this.kept.get(id)!.answer;
        sizes.set(id, { w: Math.max(w, scene.nodes.get(id)?.w ?? 0), h });
      }
    }
    return this.collect(scene, sizes, pins);
  }

  private question(
    scene: Scene,
    id: Key,
    sizes: ReadonlyMap<Key, { w: number; h: number }>,
    edges: ArrangeContainer['edges'],
    pins: Pins,
  ): ArrangeContainer {
    const children = id === scene.board.root ? scene.roots : scene.nodes.get(id)!.children;
    return {
      id,
      direction: 'RIGHT',
      padding: id === scene.board.root ? [0, 0, 0, 0] : PADDING,
      nodes: children.map((child) => {
        const node = scene.nodes.get(child)!;
        const pin = pins[child];
        const { w, h } = sizes.get(child) ?? node;
        return { id: child, w, h, ...(pin === undefined ? {} : { x: pin[0], y: pin[1], pinned: true }) };
      }),
      edges,
    };
  }

  private collect(scene: Scene, sizes: ReadonlyMap<Key, { w: number; h: number }>, pins: Pins): Placement {
    const rects = new Map<Key, Rect>();
    for (const node of scene.nodes.values()) {
      const { w, h } = sizes.get(node.id) ?? node;
      const auto = this.kept.get(node.parent ?? scene.board.root)?.answer.nodes[node.id];
      const [x, y] = node.fixed ? [node.fixed.x, node.fixed.y] : (pins[node.id] ?? auto ?? [0, 0]);
      rects.set(node.id, { x, y, w, h });
    }
    return rects;
  }
}

/** A memory lays its pools out by address: it is a leaf here. */
function arranged(node: SceneNode): boolean {
  return node.open && node.role !== 'memory';
}

function levels(scene: Scene): Key[][] {
  const byDepth: Key[][] = [];
  const walk = (ids: readonly Key[], depth: number) => {
    for (const id of ids) {
      const node = scene.nodes.get(id)!;
      if (arranged(node)) {
        (byDepth[depth] ??= []).push(id);
        walk(node.children, depth + 1);
      }
    }
  };
  walk(scene.roots, 0);
  return [...byDepth.reverse(), [scene.board.root]];
}

/** Each line goes to the innermost container around both its ends, between the boxes it holds. */
function edgesByContainer(scene: Scene): Map<Key, ArrangeContainer['edges']> {
  const chain = (id: Key) => {
    const way: Key[] = [];
    for (let at: Key | undefined = id; at !== undefined; at = scene.nodes.get(at)?.parent) {
      way.unshift(at);
    }
    return way;
  };
  const found = new Map<Key, Map<string, ArrangeContainer['edges'][number]>>();
  for (const edge of scene.edges) {
    const from = chain(edge.source);
    const to = chain(edge.target);
    let depth = 0;
    while (depth < from.length && from[depth] === to[depth]) {
      depth++;
    }
    const source = from[depth];
    const target = to[depth];
    if (source !== undefined && target !== undefined) {
      const container = depth === 0 ? scene.board.root : from[depth - 1]!;
      const list = found.get(container) ?? new Map();
      list.set(`${source}>${target}`, { id: `${source}>${target}`, source, target });
      found.set(container, list);
    }
  }
  return new Map([...found].map(([id, list]) => [id, [...list.values()]]));
}

/** Where a node is on the whole picture. */
export function absolute(scene: Scene, placement: Placement, id: Key): Rect | undefined {
  const own = placement.get(id);
  if (own === undefined) {
    return undefined;
  }
  let { x, y } = own;
  for (let at = scene.nodes.get(id)?.parent; at !== undefined; at = scene.nodes.get(at)?.parent) {
    const outer = placement.get(at);
    x += outer?.x ?? 0;
    y += outer?.y ?? 0;
  }
  return { x, y, w: own.w, h: own.h };
}
