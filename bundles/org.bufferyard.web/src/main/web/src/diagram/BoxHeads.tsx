import { ViewportPortal } from '@xyflow/react';
import type { BoxNode } from './flow';
import { BoxHead } from './nodes';

const INSET = 10;

/** The heads of open boxes, above the lines that cross a box: nothing lies over a name or a switch. */
export function BoxHeads({ nodes }: { nodes: readonly BoxNode[] }) {
  const at = new Map<string, { x: number; y: number }>();
  const open: BoxNode[] = [];
  for (const node of nodes) {
    const outer = node.parentId === undefined ? undefined : at.get(node.parentId);
    at.set(node.id, { x: node.position.x + (outer?.x ?? 0), y: node.position.y + (outer?.y ?? 0) });
    if (node.type === 'box') {
      open.push(node);
    }
  }
  return (
    <ViewportPortal>
      {open.map((node) => (
        <div
          key={node.id}
          className="box-head nopan"
          style={{
            left: at.get(node.id)!.x + INSET,
            top: at.get(node.id)!.y + INSET - 1,
            maxWidth: (node.width ?? 0) - 2 * INSET,
          }}
        >
          <BoxHead node={node.data.node} />
        </div>
      ))}
    </ViewportPortal>
  );
}
