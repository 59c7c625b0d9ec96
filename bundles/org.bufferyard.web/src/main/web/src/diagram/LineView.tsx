import { BaseEdge, EdgeProps, useInternalNode } from '@xyflow/react';
import { memo } from 'react';
import type { LineEdge } from './flow';
import { route, spreadOf } from './routing';

function rectOf(node: NonNullable<ReturnType<typeof useInternalNode>>) {
  const { x, y } = node.internals.positionAbsolute;
  return { x, y, w: node.width ?? node.measured.width ?? 0, h: node.height ?? node.measured.height ?? 0 };
}

export const LineView = memo(function LineView({ id, source, target, data }: EdgeProps<LineEdge>) {
  const from = useInternalNode(source);
  const to = useInternalNode(target);
  if (from === undefined || to === undefined) {
    return null;
  }
  const { path, x, y } = route(rectOf(from), rectOf(to), spreadOf(id));
  return (
    <BaseEdge
      id={id}
      path={path}
      interactionWidth={16}
      label={labelOf(data)}
      labelX={x}
      labelY={y}
      labelBgPadding={[4, 2]}
      labelBgBorderRadius={3}
    />
  );
});

function labelOf(data: LineEdge['data']): string | undefined {
  if (data?.pipeline !== undefined) {
    return `${data.pipeline.framesPerSecond.toFixed(1)} frames/s`;
  }
  return data?.edge?.label;
}

export const EDGE_TYPES = { line: LineView };
