// Lines that leave a box on the side that faces the other box; the picture and the export share it.
import { getSmoothStepPath, Position } from '@xyflow/react';
import type { Rect } from './placing';

interface End {
  readonly x: number;
  readonly y: number;
  readonly side: Position;
}

export interface Route {
  readonly path: string;
  readonly x: number;
  readonly y: number;
}

/** Lines between the same boxes are drawn side by side: each leaves at a place of its own. */
export function spreadOf(id: string): number {
  let hash = 0;
  for (let i = 0; i < id.length; i++) {
    hash = (hash * 31 + id.charCodeAt(i)) | 0;
  }
  return ((hash >>> 0) % 1000) / 1000 - 0.5;
}

export function route(from: Rect, to: Rect, spread: number): Route {
  const [a, b] = ends(from, to, spread);
  const [path, x, y] = getSmoothStepPath({
    sourceX: a.x,
    sourceY: a.y,
    sourcePosition: a.side,
    targetX: b.x,
    targetY: b.y,
    targetPosition: b.side,
    borderRadius: 8,
    offset: 14,
  });
  return { path, x, y };
}

function ends(from: Rect, to: Rect, spread: number): [End, End] {
  if (to.x >= from.x + from.w) {
    return [at(from, Position.Right, spread), at(to, Position.Left, spread)];
  }
  if (from.x >= to.x + to.w) {
    return [at(from, Position.Left, spread), at(to, Position.Right, spread)];
  }
  if (to.y >= from.y + from.h) {
    return [at(from, Position.Bottom, spread), at(to, Position.Top, spread)];
  }
  return [at(from, Position.Top, spread), at(to, Position.Bottom, spread)];
}

function at({ x, y, w, h }: Rect, side: Position, spread: number): End {
  switch (side) {
    case Position.Left:
      return { x, y: y + h / 2 + spread * Math.min(h * 0.6, 60), side };
    case Position.Right:
      return { x: x + w, y: y + h / 2 + spread * Math.min(h * 0.6, 60), side };
    case Position.Top:
      return { x: x + w / 2 + spread * Math.min(w * 0.6, 120), y, side };
    default:
      return { x: x + w / 2 + spread * Math.min(w * 0.6, 120), y: y + h, side };
  }
}
