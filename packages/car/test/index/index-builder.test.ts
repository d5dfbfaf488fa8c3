import { describe, expect, it } from 'vitest';
import { IndexBuilder } from '../../src/index/index-builder.ts';
import { cidOf } from '../support/blocks.ts';

const { bytes } = cidOf(Buffer.from('x'));

describe('the builder of an index', () => {
  it('refuses a place that its 40 bits cannot hold, rather than cutting it', () => {
    const builder = new IndexBuilder();
    builder.beginFile(0);
    builder.add(bytes, 0, bytes.length, 2 ** 40 - 1);
    expect(() => builder.add(bytes, 0, bytes.length, 2 ** 40)).toThrow(
      expect.objectContaining({ code: 'ERR_CAR_INDEX_INVALID', offset: 2 ** 40 }),
    );
    expect(builder.blockCount).toBe(1);
  });

  it('counts places through all files', () => {
    const builder = new IndexBuilder();
    builder.beginFile(100);
    builder.endFile(2 ** 40);
    builder.beginFile(50);
    builder.add(bytes, 0, bytes.length, 60);
    expect(() => builder.add(bytes, 0, bytes.length, 200)).toThrow(
      expect.objectContaining({ code: 'ERR_CAR_INDEX_INVALID' }),
    );
  });
});
