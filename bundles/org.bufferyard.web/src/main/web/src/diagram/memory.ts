// A memory and its pools: an exact ruler, and beside it a band a pool that is high enough to read.
import { Board, Element } from '../model/board';
import { parseAddress, parseSize } from '../model/notation';

export const MEMORY_WIDTH = 256;
export const MEMORY_HEADER = 46;
export const BAND_X = 44;
export const BAND_HEIGHT = 40;
const BAND_PITCH = 46;
const BAND_WIDTH = MEMORY_WIDTH - BAND_X - 12;
const RULER_MIN = 120;
const FOOTER = 14;

export interface Band {
  readonly element: Element;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  /** Exact place on the ruler, from its top; absent when the kernel places the pool at boot. */
  readonly exact: { readonly from: number; readonly to: number } | undefined;
}

export interface MemoryPicture {
  readonly w: number;
  readonly h: number;
  readonly ruler: number;
  readonly bands: readonly Band[];
}

export function number(board: Board, element: Element, attribute: string): bigint | undefined {
  const text = board.text(element, attribute);
  if (text === undefined) {
    return undefined;
  }
  try {
    return board.schema.feature(element.cls, attribute)?.type === 'size' ? parseSize(text) : parseAddress(text);
  } catch {
    return undefined;
  }
}

/** Low addresses on top. Pools that have no address yet, or lie elsewhere, come last. */
export function drawMemory(board: Board, memory: Element): MemoryPicture {
  const base = number(board, memory, 'base') ?? 0n;
  const size = number(board, memory, 'size') ?? 0n;
  const pools = board.nodeChildren(memory);
  const ruler = Math.max(RULER_MIN, pools.length * BAND_PITCH);
  const scale = (address: bigint) => (Number(address - base) / Number(size)) * ruler;
  const exactOf = (pool: Element): Band['exact'] => {
    const from = pool.attrs['base'] === undefined ? undefined : number(board, pool, 'base');
    const length = number(board, pool, 'size') ?? 0n;
    if (from === undefined || size <= 0n || from < base || from >= base + size) {
      return undefined;
    }
    return { from: scale(from), to: Math.min(ruler, scale(from + length)) };
  };
  const placed = pools
    .map((element) => ({ element, exact: exactOf(element) }))
    .sort((a, b) => (a.exact?.from ?? Infinity) - (b.exact?.from ?? Infinity) || 0);
  const tops = spread(
    placed.map(({ exact }) => (exact === undefined ? ruler : (exact.from + exact.to) / 2 - BAND_HEIGHT / 2)),
    ruler,
  );
  const bands = placed.map(({ element, exact }, i) => ({
    element,
    exact,
    x: BAND_X,
    y: MEMORY_HEADER + tops[i]!,
    w: BAND_WIDTH,
    h: BAND_HEIGHT,
  }));
  return { w: MEMORY_WIDTH, h: MEMORY_HEADER + ruler + FOOTER, ruler, bands };
}

/** As near to the wanted tops as order and height allow: pushed down first, then back up. */
function spread(wanted: number[], height: number): number[] {
  const tops = [...wanted];
  for (let i = 0; i < tops.length; i++) {
    tops[i] = Math.max(tops[i]!, i === 0 ? 0 : tops[i - 1]! + BAND_PITCH);
  }
  let floor = height - BAND_HEIGHT;
  for (let i = tops.length - 1; i >= 0; i--) {
    tops[i] = Math.min(tops[i]!, floor);
    floor = tops[i]! - BAND_PITCH;
  }
  return tops.map((top) => Math.max(0, Math.round(top)));
}
