import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { objection, reading } from '../src/panels/Field';
import { find } from '../src/panels/Search';
import { board } from './boards';

const at = (b: ReturnType<typeof board>, id: string) => b.find(id)!;

describe('board', () => {
  test('onlyComponentsAreDrawn', () => {
    const b = board();
    assert.equal(b.isNode(at(b, '~1')), false);
    assert.equal(b.isNode(at(b, 'top')), false);
    assert.equal(b.drawn('~1')?.id, 'soc/scaler');
  });

  test('anUnknownElementIsDrawnAndNamesItsType', () => {
    const b = board({ 'soc/npu': { label: 'npu', parent: 'soc', unknown: { type: 'npu:Npu', bundle: 'org.example.npu' } } });
    assert.equal(b.role(at(b, 'soc/npu')), 'unknown');
    assert.equal(b.kind(at(b, 'soc/npu')), 'unknown npu:Npu');
  });

  test('linesAreReferencesAndLinks', () => {
    assert.deepEqual(board().lines.map((l) => `${l.source}>${l.target}`).sort(), [
      'soc/apb/uart>dram/c',
      'soc/apb/uart>soc/mmu',
      'soc/codec>dram/a',
      'soc/scaler>soc/mmu',
    ]);
  });

  test('connectionsAreFoundFromEitherEnd', () => {
    const b = board();
    assert.deepEqual(b.connections(at(b, 'soc/mmu'), at(b, 'soc/codec')).map((c) => `${c.source}>${c.feature}`), [
      'soc/codec>iommus',
    ]);
    assert.deepEqual(b.connections(at(b, 'soc/codec'), at(b, 'soc/scaler')), []);
  });

  test('whatIsConnectedIsNotOfferedAgain', () => {
    const b = board();
    assert.deepEqual(b.connections(at(b, 'soc/scaler'), at(b, 'soc/mmu')), []);
    assert.deepEqual(b.connections(at(b, 'soc/codec'), at(b, 'dram/a')), []);
  });

  test('aSingleReferenceThatIsTakenIsNotOffered', () => {
    const b = board({ 'soc/codec': { class: 't:Device', label: 'codec', parent: 'soc', refs: { dmaParent: 'soc' } } });
    assert.deepEqual(b.connections(at(b, 'soc/codec'), at(b, 'soc/apb')), []);
  });

  test('nothingMovesIntoItselfOrWhereItIsNotLegal', () => {
    const b = board();
    assert.equal(b.mayMove('soc', at(b, 'soc/apb')), false);
    assert.equal(b.mayMove('soc/codec', at(b, 'dram')), false);
    assert.equal(b.mayMove('soc/codec', at(b, 'soc/apb')), true);
  });

  test('aChangeMakesANewBoardAndLeavesTheOld', () => {
    const b = board();
    const next = b.with({
      doc: 'd',
      baseRev: 1,
      rev: 2,
      removed: ['soc/codec'],
      changed: { soc: { class: 't:Bus', label: 'soc', parent: 'top', children: { components: ['soc/mmu', 'soc/scaler', 'soc/apb'] } } },
    });
    assert.equal(next.find('soc/codec'), undefined);
    assert.equal(next.lines.length, 3);
    assert.notEqual(b.find('soc/codec'), undefined);
  });

  test('searchPutsExactNamesFirst', () => {
    const b = board({ 'soc/codec2': { class: 't:Device', label: 'codec2', parent: 'soc', attrs: { model: 'uart,x' } } });
    assert.deepEqual(find(b, 'codec').map((e) => e.id), ['soc/codec', 'soc/codec2']);
    assert.deepEqual(find(b, 'uart').map((e) => e.id), ['soc/apb/uart', 'soc/codec2']);
    assert.deepEqual(find(b, ' '), []);
  });
});

describe('field', () => {
  const size = { name: 'size', kind: 'attribute', type: 'size', required: true } as const;
  const pixels = { name: 'width', kind: 'attribute', type: 'int', min: '1', max: '65535' } as const;

  test('whatIsWrongIsSaidBesideTheField', () => {
    assert.match(objection(size, 'huge')!, /not a size/);
    assert.match(objection(size, '')!, /needed/);
    assert.equal(objection(size, '256M'), undefined);
    assert.equal(objection(pixels, '0'), 'at least 1');
    assert.equal(objection(pixels, '70000'), 'at most 65535');
    assert.match(objection({ ...pixels, type: 'string', pattern: '[a-z]+' }, 'A')!, /not written as expected/);
  });

  test('aPatternThatOnlyJavaKnowsIsLeftToTheServer', () => {
    assert.equal(objection({ ...pixels, type: 'string', pattern: '[a-z&&[^b]]++(' }, 'A'), undefined);
  });

  test('numbersAreReadOutTheOtherWayToo', () => {
    assert.equal(reading(size, '256M'), '256 MiB · 0x10000000');
    assert.equal(reading({ ...size, type: 'address' }, '2G'), '0x8000_0000');
    assert.equal(reading(size, 'x'), undefined);
  });
});
