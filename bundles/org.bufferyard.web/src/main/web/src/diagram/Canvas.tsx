import {
  applyNodeChanges,
  Background,
  BackgroundVariant,
  ConnectionMode,
  MiniMap,
  NodeChange,
  Panel,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useStore,
  Viewport,
} from '@xyflow/react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { lightOf } from '../app/answers';
import { offerConnection, select } from '../app/edits';
import { isWide, readOnlyOf, store, useApp } from '../app/store';
import type { Key } from '../wire/types';
import { boxAt, setAim } from './aim';
import { connectAim, drop, moveAim } from './dropping';
import { BoxHeads } from './BoxHeads';
import { FarLabels } from './FarLabels';
import { BoxNode, flowEdges, flowNodes, lightEdges, liveEdges, LineEdge } from './flow';
import { EDGE_TYPES } from './LineView';
import { NODE_TYPES } from './nodes';
import { absolute, Rect } from './placing';
import { buildScene, Scene } from './scene';
import { setStage } from './stage';
import { Tools } from './Tools';

const CULL_ABOVE = 250;
/** What the minimap may hide. */
const MAP_HEIGHT = 130;
const MANY_LINES = 60;
const FIT = { padding: { top: '28px', left: '28px', right: '28px', bottom: '60px' }, maxZoom: 1.15 } as const;

export function Canvas() {
  const board = useApp((s) => s.board);
  return board === undefined ? (
    <div className="canvas" />
  ) : (
    <ReactFlowProvider>
      <Picture />
    </ReactFlowProvider>
  );
}

function Picture() {
  const board = useApp((s) => s.board)!;
  const collapsed = useApp((s) => s.collapsed);
  const theme = useApp((s) => s.theme);
  const readOnly = useApp(readOnlyOf);
  const light = useApp(lightOf);
  const scene = useMemo(() => buildScene(board, collapsed), [board, collapsed]);
  const { nodes, onNodesChange, dragging, reset } = useNodes(scene, readOnly !== undefined);
  const edges = useEdges(scene, nodes);
  const zoom = useStore((s) => (zoomLevel(s.transform[2])));
  const flow = useReactFlow<BoxNode, LineEdge>();
  useSight(scene, nodes);
  useEffect(() => setStage({ scene, flow, fit: () => void flow.fitView(FIT) }), [scene, flow]);

  const onDrag = useCallback(
    (event: MouseEvent | TouchEvent, _: BoxNode, moved: BoxNode[]) => {
      dragging.current = true;
      const { x, y } = pointOf(event);
      const ids = moved.map((m) => m.id);
      setAim({ legal: legalFor(scene, ids), target: boxAt(x, y, insideOf(scene, ids)) });
    },
    [scene, dragging],
  );
  const onDragStop = useCallback(
    async (event: MouseEvent | TouchEvent, _: BoxNode, moved: BoxNode[]) => {
      dragging.current = false;
      setAim(undefined);
      const { x, y } = pointOf(event);
      const target = boxAt(x, y, insideOf(scene, moved.map((m) => m.id)));
      const rects = moved.map(({ id }) => {
        const at = flow.getInternalNode(id)!;
        const { x: left, y: top } = at.internals.positionAbsolute;
        return { id, rect: { x: left, y: top, w: at.width ?? 0, h: at.height ?? 0 } };
      });
      if (moved.length > 0 && !(await drop(scene, rects, target))) {
        reset();
      }
    },
    [scene, flow, dragging, reset],
  );

  return (
    <div
      className={`canvas${light.order.length > 0 ? ' lights' : ''}${edges.length > MANY_LINES ? ' many' : ''}`}
      data-zoom={zoom}
    >
      <ReactFlow<BoxNode, LineEdge>
        aria-label={`Diagram of ${board.label(board.root)}`}
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        colorMode={theme}
        connectionMode={ConnectionMode.Loose}
        connectionRadius={1}
        minZoom={0.03}
        maxZoom={2.5}
        elevateNodesOnSelect={false}
        zIndexMode="manual"
        onlyRenderVisibleElements={nodes.length > CULL_ABOVE}
        multiSelectionKeyCode={['Shift', 'Meta', 'Control']}
        selectionKeyCode="Shift"
        deleteKeyCode={null}
        zoomOnDoubleClick={false}
        nodesConnectable={readOnly === undefined}
        onNodesChange={onNodesChange}
        onNodeDrag={onDrag}
        onNodeDragStop={(...stop) => void onDragStop(...stop)}
        onPaneClick={() => select([])}
        onEdgeClick={(_, edge) => store.set({ line: edge.id, selection: [] })}
        onEdgesChange={(changes) =>
          changes.forEach((c) => c.type === 'select' && c.selected && store.set({ line: c.id, selection: [] }))
        }
        onConnectStart={(_, { nodeId }) =>
          nodeId !== null && setAim({ legal: connectAim(board, nodeId), target: undefined })
        }
        onConnectEnd={(event, state) => {
          setAim(undefined);
          const { x, y } = pointOf(event);
          const to = boxAt(x, y);
          if (state.fromNode && to !== undefined && to !== state.fromNode.id) {
            offerConnection(state.fromNode.id, to);
          }
        }}
      >
        {zoom === 'far' && <FarLabels scene={scene} />}
        <BoxHeads nodes={nodes} />
        <Background variant={BackgroundVariant.Dots} gap={20} size={1.2} />
        <MiniMap
          pannable
          zoomable
          ariaLabel="Minimap"
          position="bottom-right"
          nodeColor={(n) => `var(--${(n as BoxNode).data.node.role}, var(--bus))`}
          nodeStrokeWidth={0}
          style={{ width: 168, height: 112 }}
        />
        <Panel position="top-left">
          <Tools />
        </Panel>
        {scene.roots.length === 0 && (
          <Panel position="top-center">
            <p className="hint">
              An empty board. Take a <b>Memory</b> and a <b>Bus</b> from the palette on the left, or press <kbd>A</kbd>.
            </p>
          </Panel>
        )}
      </ReactFlow>
    </div>
  );
}

/** What labels there is room for. */
function zoomLevel(zoom: number): string {
  return zoom < 0.3 ? 'far' : zoom < 0.45 ? 'small' : zoom < 0.75 ? 'mid' : zoom < 1.3 ? 'near' : 'close';
}

/** Nodes with what the mouse does to them now; they follow the scene except during a drag. */
function useNodes(scene: Scene, readOnly: boolean) {
  const placement = useApp((s) => s.placement);
  const pins = useApp((s) => s.pins);
  const selection = useApp((s) => s.selection);
  const [nodes, setNodes] = useState<BoxNode[]>([]);
  const kept = useRef(new Map<Key, BoxNode>());
  const dragging = useRef(false);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (dragging.current) {
      return;
    }
    const next = flowNodes(scene, placement, pins, selection, readOnly, kept.current);
    kept.current = new Map(next.map((n) => [n.id, n]));
    setNodes(next);
  }, [scene, placement, pins, selection, readOnly, turn]);
  const onNodesChange = useCallback((changes: NodeChange<BoxNode>[]) => {
    const picked = changes.filter((c) => c.type === 'select');
    if (picked.length > 0) {
      const now = new Set(store.get().selection);
      picked.forEach((c) => (c.selected ? now.add(c.id) : now.delete(c.id)));
      select([...now]);
    }
    const moves = changes.filter((c) => c.type === 'position');
    if (moves.length > 0) {
      setNodes((before) => applyNodeChanges(moves, before));
    }
  }, []);
  const reset = useCallback(() => {
    kept.current = new Map();
    setTurn((t) => t + 1);
  }, []);
  return { nodes, onNodesChange, dragging, reset };
}

function useEdges(scene: Scene, nodes: readonly BoxNode[]): LineEdge[] {
  const line = useApp((s) => s.line);
  const light = useApp(lightOf);
  const view = useApp((s) => s.view);
  const live = useApp((s) => (s.view === 'live' ? s.live : undefined));
  const count = nodes.length;
  return useMemo(() => {
    const shown = new Set(nodes.map((n) => n.id));
    return [
      ...flowEdges(scene, shown, line),
      ...lightEdges(scene, shown, light),
      ...(view === 'live' ? liveEdges(scene, shown, live) : []),
    ];
    // Positions do not matter here: a line finds its ends itself.
  }, [scene, count, line, light, view, live]);
}

/** Fits a document when it is first seen, and brings what is revealed into sight. */
function useSight(scene: Scene, nodes: readonly BoxNode[]): void {
  const doc = useApp((s) => s.doc);
  const reveal = useApp((s) => s.reveal);
  const placement = useApp((s) => s.placement);
  const { fitView, setCenter, getViewport } = useReactFlow();
  const fitted = useRef<string | undefined>(undefined);
  const revealed = useRef(0);
  useEffect(() => {
    if (scene.roots.length === 0) {
      // What is drawn on an empty board stays where it was put.
      fitted.current = doc;
    } else if (nodes.length > 0 && fitted.current !== doc) {
      fitted.current = doc;
      requestAnimationFrame(() => void fitView(FIT));
    }
  }, [doc, scene, nodes, fitView]);
  const wide = useApp((s) => isWide(s.view));
  const first = useRef(wide);
  useEffect(() => {
    if (first.current !== wide) {
      first.current = wide;
      requestAnimationFrame(() => void fitView(FIT));
    }
  }, [wide, fitView]);
  useEffect(() => {
    if (reveal === undefined || reveal.turn <= revealed.current || !scene.nodes.has(reveal.key)) {
      return;
    }
    const rect = placement.has(reveal.key) ? absolute(scene, placement, reveal.key) : undefined;
    if (rect !== undefined && nodes.some((n) => n.id === reveal.key)) {
      revealed.current = reveal.turn;
      if (inSight(rect, getViewport())) {
        return;
      }
      const fits = Math.min(1.1, 600 / Math.max(rect.w, 1), 420 / Math.max(rect.h, 1));
      void setCenter(rect.x + rect.w / 2, rect.y + rect.h / 2, { zoom: Math.max(Math.min(getViewport().zoom, 1.1), Math.min(fits, 0.75)) });
    }
  }, [reveal, scene, placement, nodes, setCenter, getViewport]);
}

/** Wholly on the screen, and large enough to be read. */
function inSight(rect: Rect, { x, y, zoom }: Viewport): boolean {
  const screen = document.querySelector('.react-flow')?.getBoundingClientRect();
  const left = rect.x * zoom + x;
  const top = rect.y * zoom + y;
  return (
    screen !== undefined &&
    zoom >= 0.45 &&
    left >= 0 &&
    top >= 0 &&
    left + rect.w * zoom <= screen.width &&
    top + rect.h * zoom <= screen.height - MAP_HEIGHT
  );
}

let lastLegal: { ids: string; scene: Scene; legal: (id: Key) => boolean } | undefined;

function legalFor(scene: Scene, ids: readonly Key[]): (id: Key) => boolean {
  const key = ids.join('\n');
  if (lastLegal?.ids !== key || lastLegal.scene !== scene) {
    lastLegal = { ids: key, scene, legal: moveAim(scene.board, ids) };
  }
  return lastLegal.legal;
}

function insideOf(scene: Scene, ids: readonly Key[]): ReadonlySet<Key> {
  const all = new Set<Key>();
  const add = (id: Key) => {
    all.add(id);
    scene.nodes.get(id)?.children.forEach(add);
  };
  ids.forEach(add);
  // Pools are drawn inside their memory and hold nothing.
  scene.nodes.forEach((n) => n.fixed !== undefined && all.add(n.id));
  return all;
}

function pointOf(event: MouseEvent | TouchEvent): { x: number; y: number } {
  const at = 'changedTouches' in event ? event.changedTouches[0]! : event;
  return { x: at.clientX, y: at.clientY };
}

