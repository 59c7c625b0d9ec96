import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseAddress, parseSize, printAddress, printSize, readAddress, readSize } from '../src/model/notation';

describe('notation', () => {
  test('addressesAreReadAsPeopleWriteThem', () => {
    assert.equal(parseAddress('0x8000_0000'), 0x8000_0000n);
    assert.equal(parseAddress(' 2G '), 0x8000_0000n);
    assert.equal(parseAddress('0xffffffffffffffff'), 0xffff_ffff_ffff_ffffn);
    assert.equal(parseAddress('1_000'), 1000n);
  });

  test('sizesAreReadAsPeopleWriteThem', () => {
    assert.equal(parseSize('256M'), 256n << 20n);
    assert.equal(parseSize('4k'), 4096n);
    assert.equal(parseSize('16 MiB'), 16n << 20n);
    assert.equal(parseSize('0x1_0000'), 65536n);
  });

  test('whatIsNoNumberIsRefusedWithAHint', () => {
    assert.throws(() => parseAddress('0xg'), /write hexadecimal/);
    assert.throws(() => parseSize('many'), /4K, 16M, 2G/);
    assert.throws(() => parseSize('-1'), /not a size/);
    assert.throws(() => parseSize('99999999999999T'), /not a size/);
    assert.throws(() => parseAddress('0x10000000000000000'), /not an address/);
  });

  test('whatIsPrintedIsWhatTheFileHas', () => {
    assert.equal(printSize(256n << 20n), '256M');
    assert.equal(printSize(9999n), '9999');
    assert.equal(printSize(10001n), '0x2711');
    assert.equal(printSize(0n), '0');
    assert.equal(printAddress(0xbe00_0000n), '0xbe000000');
  });

  test('readingIsGroupedAndRounded', () => {
    assert.equal(readAddress(0xbe00_0000n), '0xbe00_0000');
    assert.equal(readAddress(0x1_0000_0000n), '0x1_0000_0000');
    assert.equal(readSize(1536n << 20n), '1.50 GiB');
    assert.equal(readSize(65536n), '64 KiB');
  });
});
