// The one diagram of the page, for those outside it: palette, export, keys.
import type { ReactFlowInstance } from '@xyflow/react';
import type { BoxNode, LineEdge } from './flow';
import type { Scene } from './scene';

export interface Stage {
  readonly scene: Scene;
  readonly flow: ReactFlowInstance<BoxNode, LineEdge>;
  readonly fit: () => void;
}

let current: Stage | undefined;

export function setStage(stage: Stage): void {
  current = stage;
}

export function stage(): Stage | undefined {
  return current;
}
