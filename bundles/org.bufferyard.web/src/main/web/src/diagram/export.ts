// The picture as a file: drawn anew from the scene, so nothing of the page leaks into it.
import { store, docOf } from '../app/store';
import { readAddress, readSize } from '../model/notation';
import { drawMemory, MEMORY_HEADER, number } from './memory';
import { absolute, Placement, Rect } from './placing';
import { route, spreadOf } from './routing';
import type { Scene, SceneNode } from './scene';
import { stage } from './stage';

const MARGIN = 24;

interface Colors {
  readonly [name: string]: string;
}

function colors(): Colors {
  const style = getComputedStyle(document.documentElement);
  return new Proxy({}, { get: (_, name) => style.getPropertyValue(`--${String(name)}`).trim() || '#888' });
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);
}

export function toSvg(scene: Scene, placement: Placement, paint: Colors): { svg: string; w: number; h: number } {
  const rects = new Map<string, Rect>();
  for (const id of scene.nodes.keys()) {
    const rect = absolute(scene, placement, id);
    if (rect !== undefined) {
      rects.set(id, rect);
    }
  }
  const all = [...rects.values()];
  const left = Math.min(0, ...all.map((r) => r.x)) - MARGIN;
  const top = Math.min(0, ...all.map((r) => r.y)) - MARGIN;
  const w = Math.ceil(Math.max(...all.map((r) => r.x + r.w), 0) + MARGIN - left);
  const h = Math.ceil(Math.max(...all.map((r) => r.y + r.h), 0) + MARGIN - top);
  const body: string[] = [`<rect x="${left}" y="${top}" width="${w}" height="${h}" fill="${paint.canvas}"/>`];
  for (const node of scene.nodes.values()) {
    const rect = rects.get(node.id);
    if (rect !== undefined) {
      body.push(box(scene, node, rect, paint));
    }
  }
  for (const edge of scene.edges) {
    const [from, to] = [rects.get(edge.source), rects.get(edge.target)];
    if (from !== undefined && to !== undefined) {
      const role = scene.nodes.get(edge.target)!.role;
      const stroke = role === 'iommu' ? paint.iommu : role === 'pool' ? paint.memory : paint['line-strong'];
      const dash = edge.lifted ? ' stroke-dasharray="5 4"' : '';
      body.push(
        `<path d="${route(from, to, spreadOf(edge.id)).path}" fill="none" stroke="${stroke}" stroke-width="1.4"${dash}/>`,
      );
    }
  }
  const title = `<title>${escape(scene.board.label(scene.board.root))}</title>`;
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${left} ${top} ${w} ${h}" width="${w}" height="${h}" ` +
    `font-family="system-ui, sans-serif">${title}\n${body.join('\n')}\n</svg>\n`;
  return { svg, w, h };
}

function box(scene: Scene, node: SceneNode, { x, y, w, h }: Rect, paint: Colors): string {
  const stroke = paint[node.role] ?? paint.bus!;
  const open = node.open && node.role !== 'memory';
  const fill = open || node.role === 'pool' ? paint[`${node.role}-fill`]! : paint.surface!;
  const dash = node.role === 'unknown' || (open && node.role === 'iommu') ? ' stroke-dasharray="6 4"' : '';
  const parts = [`<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="6" fill="${fill}" stroke="${stroke}"${dash}/>`];
  const ink = `fill="${paint.ink}"`;
  if (node.role === 'pool' && node.fixed) {
    parts.push(words(x + 8, y + 17, node.element.label, 12, ink, w - 16));
    parts.push(words(x + 8, y + 31, extent(scene, node), 10, ink, w - 16));
  } else {
    parts.push(words(x + 14, y + 22, node.element.label, 13, `${ink} font-weight="600"`, w - 28));
    const sub = node.role === 'memory' ? extent(scene, node) : node.kind;
    parts.push(words(x + 14, y + 38, sub, 11, `fill="${paint['ink-soft']}"`, w - 28));
  }
  if (node.role === 'memory' && node.open) {
    const picture = drawMemory(scene.board, node.element);
    const top = y + MEMORY_HEADER;
    parts.push(
      `<rect x="${x + 14}" y="${top}" width="16" height="${picture.ruler}" fill="${paint['memory-fill']}" stroke="${stroke}"/>`,
    );
    for (const { exact } of picture.bands) {
      if (exact !== undefined) {
        const height = Math.max(1.5, exact.to - exact.from);
        parts.push(`<rect x="${x + 15}" y="${top + exact.from}" width="14" height="${height}" fill="${paint.pool}"/>`);
      }
    }
  }
  return parts.join('');
}

function extent(scene: Scene, node: SceneNode): string {
  const base = number(scene.board, node.element, 'base');
  const size = number(scene.board, node.element, 'size');
  return `${base === undefined ? 'placed at boot' : readAddress(base)} · ${readSize(size ?? 0n)}`;
}

function words(x: number, y: number, text: string, size: number, style: string, room: number): string {
  const most = Math.max(3, Math.floor(room / (size * 0.56)));
  const shown = text.length > most ? `${text.slice(0, most - 1)}…` : text;
  return `<text x="${x}" y="${y}" font-size="${size}" ${style}>${escape(shown)}</text>`;
}

function picture(): { svg: string; w: number; h: number; name: string } | undefined {
  const scene = stage()?.scene;
  const { placement } = store.get();
  const name = docOf(store.get())?.name ?? 'board';
  return scene === undefined ? undefined : { ...toSvg(scene, placement, colors()), name };
}

export function exportSvg(): void {
  const drawn = picture();
  if (drawn !== undefined) {
    download(new Blob([drawn.svg], { type: 'image/svg+xml' }), `${drawn.name}.svg`);
  }
}

export async function exportPng(): Promise<void> {
  const drawn = picture();
  if (drawn === undefined) {
    return;
  }
  const image = new Image();
  const url = URL.createObjectURL(new Blob([drawn.svg], { type: 'image/svg+xml' }));
  image.src = url;
  await image.decode();
  // Browsers refuse a canvas beyond some 16,000 pixels a side.
  const scale = Math.min(2, 12_000 / Math.max(drawn.w, drawn.h));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(drawn.w * scale);
  canvas.height = Math.round(drawn.h * scale);
  canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(url);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
  if (blob !== null) {
    download(blob, `${drawn.name}.png`);
  }
}

function download(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
