// From a placed scene to what React Flow draws. Every size and handle is given, so nothing has to
// be measured and what is out of sight need not be in the page.
import { Edge, Node, Position } from '@xyflow/react';
import type { Key } from '../wire/types';
import type { Light } from '../app/answers';
import type { LiveState, Pipeline } from '../wire/answers';
import type { Placement } from './placing';
import type { Scene, SceneEdge, SceneNode } from './scene';

export type BoxData = { node: SceneNode; pinned: boolean };
export type BoxNode = Node<BoxData>;
export type LineData = { kind: 'line' | 'light' | 'flow'; edge?: SceneEdge; pipeline?: Pipeline };
export type LineEdge = Edge<LineData>;

export function nodeType(node: SceneNode): string {
  if (node.role === 'memory' && node.open) {
    return 'memory';
  }
  return node.role === 'pool' && node.fixed ? 'pool' : node.open ? 'box' : 'leaf';
}

export function spoken(node: SceneNode): string {
  const parts = [`${node.kind} ${node.element.label}`];
  if (node.hidden > 0) {
    parts.push(`closed, ${node.hidden} inside`);
  } else if (node.container) {
    parts.push(`open, ${node.children.length} inside`);
  }
  if (node.worst !== undefined) {
    parts.push(`has ${node.worst === 'error' ? 'errors' : node.worst === 'warning' ? 'warnings' : 'notes'}`);
  }
  return parts.join(', ');
}

export function flowNodes(
  scene: Scene,
  placement: Placement,
  pins: Readonly<Record<Key, unknown>>,
  selection: readonly Key[],
  readOnly: boolean,
  before: ReadonlyMap<Key, BoxNode>,
): BoxNode[] {
  const selected = new Set(selection);
  const shown = new Set<Key>();
  const nodes: BoxNode[] = [];
  for (const node of scene.nodes.values()) {
    const rect = placement.get(node.id);
    if (rect === undefined || (node.parent !== undefined && !shown.has(node.parent))) {
      continue;
    }
    shown.add(node.id);
    const w = Math.max(rect.w, node.w);
    const h = node.fixed ? node.h : Math.max(rect.h, node.h);
    const old = before.get(node.id);
    const isSelected = selected.has(node.id);
    const pinned = node.id in pins;
    if (
      old !== undefined &&
      old.data.node === node &&
      old.selected === isSelected &&
      old.position.x === rect.x &&
      old.position.y === rect.y &&
      old.width === w &&
      old.height === h &&
      old.data.pinned === pinned &&
      old.draggable === (!readOnly && !node.fixed)
    ) {
      nodes.push(old);
      continue;
    }
    nodes.push({
      id: node.id,
      type: nodeType(node),
      position: { x: rect.x, y: rect.y },
      parentId: node.parent,
      width: w,
      height: h,
      measured: { width: w, height: h },
      handles: [
        { id: 'out', type: 'source', position: Position.Right, x: w - 7, y: h / 2 - 7, width: 14, height: 14 },
      ],
      data: { node, pinned },
      selected: isSelected,
      zIndex: height(scene, node),
      draggable: !readOnly && !node.fixed,
      ariaLabel: spoken(node),
      domAttributes: { 'aria-roledescription': node.open ? 'box' : 'element' },
    });
  }
  return nodes;
}

export function flowEdges(scene: Scene, shown: ReadonlySet<Key>, selected: string | undefined): LineEdge[] {
  return scene.edges
    .filter((e) => shown.has(e.source) && shown.has(e.target))
    .map((edge) => ({
      id: edge.id,
      source: edge.source,
      target: edge.target,
      sourceHandle: 'out',
      targetHandle: 'out',
      type: 'line',
      selected: edge.id === selected,
      data: { kind: 'line', edge },
      zIndex: LINES,
      className: `line-${scene.nodes.get(edge.target)!.role}${edge.lifted ? ' lifted' : ''}`,
      ariaLabel: `${scene.nodes.get(edge.source)!.element.label}: ${edge.label} to ${scene.nodes.get(edge.target)!.element.label}`,
    }));
}

/** Boxes lie below lines, lines below what holds nothing: no line crosses a name. */
const LINES = 20;
const LEAVES = 30;

function height(scene: Scene, node: SceneNode): number {
  if (nodeType(node) !== 'box') {
    return node.fixed ? LEAVES + 1 : LEAVES;
  }
  let depth = 0;
  for (let at = node.parent; at !== undefined; at = scene.nodes.get(at)?.parent) {
    depth++;
  }
  return Math.min(depth, LINES - 1);
}

/** The lit way, one line between each two places that are both on the picture. */
export function lightEdges(scene: Scene, shown: ReadonlySet<Key>, light: Light): LineEdge[] {
  const seen = light.order
    .map((id) => nearest(scene, id))
    .filter((id): id is Key => id !== undefined && shown.has(id))
    // A bus that is open is seen around what it carries.
    .filter((id) => scene.nodes.get(id)!.role !== 'bus' || !scene.nodes.get(id)!.open)
    .filter((id, i, all) => i === 0 || all[i - 1] !== id);
  const edges: LineEdge[] = [];
  for (let i = 1; i < seen.length; i++) {
    const [source, target] = [seen[i - 1]!, seen[i]!];
    if (!around(scene, source, target) && !around(scene, target, source)) {
      edges.push(overlay(`light|${i}|${source}|${target}`, source, target, { kind: 'light' }, 'light'));
    }
  }
  return edges;
}

export function liveEdges(scene: Scene, shown: ReadonlySet<Key>, live: LiveState | undefined): LineEdge[] {
  return (live?.pipelines ?? []).flatMap((pipeline) =>
    pipeline.importers.flatMap((importer) => {
      const [source, target] = [nearest(scene, pipeline.exporter), nearest(scene, importer)];
      if (source === undefined || target === undefined || source === target || !shown.has(source) || !shown.has(target)) {
        return [];
      }
      const state =
        pipeline.state !== 'streaming' ? ' still' : pipeline.wrongChecksums + pipeline.faults > 0 ? ' bad' : '';
      return [overlay(`flow|${pipeline.id}|${importer}`, source, target, { kind: 'flow', pipeline }, `flow${state}`)];
    }),
  );
}

function overlay(id: string, source: Key, target: Key, data: LineData, className: string): LineEdge {
  return {
    id,
    source,
    target,
    sourceHandle: 'out',
    targetHandle: 'out',
    type: 'line',
    data,
    className,
    zIndex: LINES + 1,
    selectable: false,
    focusable: false,
    deletable: false,
    ariaLabel: data.kind === 'light' ? 'The way of the bytes' : `Pipeline ${data.pipeline?.id}`,
  };
}

export function nearest(scene: Scene, id: Key): Key | undefined {
  for (let at = scene.board.find(id); at !== undefined; at = scene.board.find(at.parent)) {
    if (scene.nodes.has(at.id)) {
      return at.id;
    }
  }
  return undefined;
}

function around(scene: Scene, outer: Key, inner: Key): boolean {
  for (let at: Key | undefined = inner; at !== undefined; at = scene.nodes.get(at)?.parent) {
    if (at === outer) {
      return true;
    }
  }
  return false;
}
