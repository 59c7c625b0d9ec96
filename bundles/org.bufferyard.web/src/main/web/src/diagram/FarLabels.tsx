import { useStore, ViewportPortal } from '@xyflow/react';
import { useApp } from '../app/store';
import type { Key } from '../wire/types';
import { absolute, Rect } from './placing';
import type { Scene } from './scene';

const TEXT_PX = 13;
/** Boxes that are smaller on the screen go without. */
const LEAST_WIDTH_PX = 56;
const LEAST_HEIGHT_PX = 26;

/** From far away the boxes are named at a size that can be read, whatever the zoom. */
export function FarLabels({ scene }: { scene: Scene }) {
  const placement = useApp((s) => s.placement);
  // In steps, so that not every turn of the wheel draws all of them.
  const zoom = useStore((s) => 2 ** (Math.round(Math.log2(s.transform[2]) * 4) / 4));
  const shown = new Map<Key, Rect>();
  for (const node of scene.nodes.values()) {
    const rect = node.open ? absolute(scene, placement, node.id) : undefined;
    if (rect !== undefined && rect.w * zoom >= LEAST_WIDTH_PX && rect.h * zoom >= LEAST_HEIGHT_PX) {
      shown.set(node.id, rect);
    }
  }
  const labels = [...shown].map(([id, rect]) => {
    const node = scene.nodes.get(id)!;
    // Around boxes that are named themselves the name stands on top, else in the middle.
    const around = node.children.some((child) => shown.has(child));
    return (
      <div
        key={id}
        className={`far-label role-${node.role}${around ? ' around' : ''}`}
        style={{
          left: around ? rect.x : rect.x + rect.w / 2,
          top: around ? rect.y : rect.y + rect.h / 2,
          fontSize: TEXT_PX / zoom,
        }}
      >
        {node.element.label}
      </div>
    );
  });
  return (
    <ViewportPortal>
      <div aria-hidden="true">{labels}</div>
    </ViewportPortal>
  );
}
