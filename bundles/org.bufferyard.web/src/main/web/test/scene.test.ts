import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { drawMemory } from '../src/diagram/memory';
import { absolute, Placing } from '../src/diagram/placing';
import { buildScene, closedAround, domainOf } from '../src/diagram/scene';
import type { ArrangeContainer, Arranged } from '../src/wire/client';
import { board } from './boards';

const ends = (closed: string[]) =>
  buildScene(board(), new Set(closed))
    .edges.map((e) => `${e.source}>${e.target}${e.lifted ? '*' : ''}${e.lines.length > 1 ? e.lines.length : ''}`)
    .sort();

describe('scene', () => {
  test('aDeviceBehindOneNeighbouringUnitIsDrawnInItsDomain', () => {
    const b = board();
    assert.equal(domainOf(b, b.find('soc/scaler')!), 'soc/mmu');
    assert.equal(domainOf(b, b.find('soc/apb/uart')!), undefined);
    assert.equal(buildScene(b, new Set()).nodes.get('soc/scaler')?.parent, 'soc/mmu');
  });

  test('linesAreLiftedToTheNearestBoxInSight', () => {
    assert.deepEqual(ends([]), ['soc/apb/uart>dram/c', 'soc/apb/uart>soc/mmu', 'soc/codec>dram/a']);
    assert.deepEqual(ends(['soc/apb']), ['soc/apb>dram/c*', 'soc/apb>soc/mmu*', 'soc/codec>dram/a']);
    assert.deepEqual(ends(['soc', 'dram']), ['soc>dram*2']);
  });

  test('aClosedBoxCountsWhatItHides', () => {
    const scene = buildScene(board(), new Set(['soc']));
    assert.equal(scene.nodes.get('soc')?.hidden, 5);
    assert.equal(scene.nodes.has('soc/codec'), false);
  });

  test('revealingOpensEveryBoxAround', () => {
    assert.deepEqual(closedAround(board(), new Set(['soc', 'soc/mmu']), 'soc/scaler').sort(), ['soc', 'soc/mmu']);
  });
});

describe('memory', () => {
  test('poolsLieOnTheRulerToScale', () => {
    const b = board();
    const picture = drawMemory(b, b.find('dram')!);
    const [first, second, third] = picture.bands;
    assert.deepEqual([first?.element.id, second?.element.id, third?.element.id], ['dram/c', 'dram/a', 'dram/b']);
    assert.deepEqual(first?.exact, { from: 0, to: picture.ruler / 2 });
    assert.equal(Math.round(second!.exact!.from), Math.round((picture.ruler * 0x7e00_0000) / 0x8000_0000));
    assert.equal(third?.exact, undefined);
  });

  test('bandsNeverOverlapAndStayInside', () => {
    const b = board();
    const { bands, h } = drawMemory(b, b.find('dram')!);
    bands.forEach((band, i) => {
      assert.ok(i === 0 || band.y >= bands[i - 1]!.y + bands[i - 1]!.h);
      assert.ok(band.y + band.h <= h);
    });
  });
});

describe('placing', () => {
  const server = (asked: string[][]) => async (containers: ArrangeContainer[]): Promise<Arranged> => {
    asked.push(containers.map((c) => c.id));
    return {
      containers: containers.map((c) => ({
        id: c.id,
        w: 100 * c.nodes.length,
        h: 100,
        nodes: Object.fromEntries(c.nodes.map((n, i) => [n.id, [10 + i * 100, 20] as [number, number]])),
      })),
    };
  };

  test('theInnermostContainerIsPlacedFirst', async () => {
    const asked: string[][] = [];
    await new Placing(server(asked)).place(buildScene(board(), new Set()), {});
    assert.deepEqual(asked, [['soc/mmu', 'soc/apb'], ['soc'], ['top']]);
  });

  test('onlyWhatChangedIsPlacedAnew', async () => {
    const asked: string[][] = [];
    const placing = new Placing(server(asked));
    await placing.place(buildScene(board(), new Set()), {});
    asked.length = 0;
    await placing.place(buildScene(board(), new Set()), {});
    assert.deepEqual(asked, []);
    await placing.place(buildScene(board(), new Set()), { 'soc/apb/uart': [300, 40] });
    assert.deepEqual(asked, [['soc/apb']]);
  });

  test('aPinHoldsAndAPoolStaysInItsMemory', async () => {
    const scene = buildScene(board(), new Set());
    const placement = await new Placing(server([])).place(scene, { 'soc/codec': [7, 9] });
    assert.deepEqual([placement.get('soc/codec')?.x, placement.get('soc/codec')?.y], [7, 9]);
    const pool = absolute(scene, placement, 'dram/a')!;
    const memory = absolute(scene, placement, 'dram')!;
    assert.equal(pool.x - memory.x, scene.nodes.get('dram/a')!.fixed!.x);
  });

  test('linesGoToTheContainerAroundBothEnds', async () => {
    const lines = new Map<string, string[]>();
    const ask = server([]);
    await new Placing((containers) => {
      containers.forEach((c) => lines.set(c.id, c.edges.map((e) => e.id)));
      return ask(containers);
    }).place(buildScene(board(), new Set()), {});
    assert.deepEqual(lines.get('top'), ['soc>dram']);
    assert.deepEqual(lines.get('soc'), ['soc/apb>soc/mmu']);
  });
});
