import { describe, expect, it } from 'vitest';
import { type BlockIndex, openBlendFile } from '../../src/index.ts';
import { type BlockSpec, buildBlendFile } from '../../src/testing/index.ts';
import { CUBE, LAMP, smallScene } from '../support/small-scene.ts';
import { variants } from '../support/variants.ts';

async function indexOf(blocks: readonly BlockSpec[]): Promise<BlockIndex> {
  await using file = await openBlendFile(buildBlendFile({ structs: {}, blocks }));
  return file.blocks;
}

const data = (address: bigint): BlockSpec => ({ code: 'DATA', address, body: new Uint8Array(4) });
const datablock = (code: string, address: bigint): BlockSpec => ({ code, address, body: new Uint8Array(4) });

describe.each(variants)('BlockIndex, $name', ({ header }) => {
  it('finds blocks by address, code and owner', async () => {
    await using file = await openBlendFile(smallScene(header));
    const { blocks } = file;
    const codes = Array.from({ length: blocks.length }, (_, block) => blocks.code(block));
    expect(codes).toEqual(['REND', 'OB', 'DATA', 'DATA', 'DATA', 'OB', 'MA', 'MA', 'IM', 'DATA', 'DNA1', 'ENDB']);
    expect(blocks.find(CUBE)).toBe(1);
    expect(blocks.find(LAMP)).toBe(5);
    expect(blocks.oldAddress(5)).toBe(LAMP);
    expect([...blocks.withCode('OB')]).toEqual([1, 5]);
    expect([...blocks.withCode('LI')]).toEqual([]);
    expect(blocks.firstWithCode('LI')).toBe(-1);
    expect([...blocks.datablocks()]).toEqual([1, 5, 6, 7, 8]);
    expect([0, 1, 2, 4, 5, 9].map((block) => blocks.owner(block))).toEqual([0, 1, 1, 1, 5, 8]);
  });

  it('finds nothing for null, for addresses that are not there, and for numbers that are no block', async () => {
    await using file = await openBlendFile(smallScene(header));
    const { blocks } = file;
    expect([blocks.find(0n), blocks.find(0xdeadn), blocks.findWords(0, 0)]).toEqual([-1, -1, -1]);
    expect([blocks.code(-1), blocks.code(99), blocks.sdnaIndex(99), blocks.owner(-1)]).toEqual(['', '', 0, -1]);
  });
});

describe('an old address that several blocks have', () => {
  const addresses = [
    datablock('ME', 1n),
    data(7n),
    datablock('ME', 2n),
    data(7n),
    data(8n),
    datablock('OB', 3n),
    data(9n),
  ];

  it('means the one of the datablock that the pointer is in', async () => {
    const blocks = await indexOf(addresses);
    expect(blocks.find(7n, 0)).toBe(1);
    expect(blocks.find(7n, 2)).toBe(3);
    expect(blocks.find(7n, 4)).toBe(3);
  });

  it('means the first one for pointers from elsewhere', async () => {
    const blocks = await indexOf(addresses);
    expect(blocks.find(7n, 5)).toBe(1);
    expect(blocks.find(7n)).toBe(1);
    expect(blocks.find(8n, 0)).toBe(4);
  });

  it('means a datablock rather than the data of another one', async () => {
    const blocks = await indexOf([datablock('ME', 1n), data(7n), datablock('IM', 7n), datablock('OB', 3n)]);
    expect(blocks.find(7n, 3)).toBe(2);
    expect(blocks.find(7n, 0)).toBe(1);
  });

  it('is found at once, however many there are', async () => {
    const many = Array.from({ length: 30_000 }, () => data(7n));
    const blocks = await indexOf([datablock('ME', 1n), ...many, datablock('OB', 3n)]);
    let found = 0;
    for (let from = 0; from < blocks.length; from += 1) found += blocks.find(7n, from) > 0 ? 1 : 0;
    expect(found).toBe(blocks.length);
  });

  it('is told apart by all of its 64 bits', async () => {
    const blocks = await indexOf([data(0x1_0000_0001n), data(0x2_0000_0001n), data(1n), data(0xffff_ffff_0000_0001n)]);
    expect(blocks.find(0x2_0000_0001n)).toBe(1);
    expect(blocks.find(1n)).toBe(2);
    expect(blocks.find(0xffff_ffff_0000_0001n)).toBe(3);
  });
});
