import { describe, expect, it } from 'vitest';
import { decodeSdna, leafFields } from '../../src/index.ts';
import { encodeSdna } from '../../src/testing/index.ts';

const header = { formatVersion: 0, pointerBytes: 8, littleEndian: true, version: 304 } as const;

describe('leafFields', () => {
  it('gives arrays of structs element by element, in all dimensions', () => {
    const structs = { Pair: ['int a', 'float b[2]'], Grid: ['Pair cells[2][2]', 'Pair *links[3]'] };
    const grid = decodeSdna(encodeSdna(structs, header), header, { file: 'a', offset: 0 }).findStruct('Grid')!;
    const leaves = leafFields(grid).map(({ path, offset, length }) => `${path} ${offset} ${length}`);
    expect(leaves).toEqual([
      ...['cells[0][0].a 0 1', 'cells[0][0].b 4 2', 'cells[0][1].a 12 1', 'cells[0][1].b 16 2'],
      ...['cells[1][0].a 24 1', 'cells[1][0].b 28 2', 'cells[1][1].a 36 1', 'cells[1][1].b 40 2', 'links 48 3'],
    ]);
    for (const { path, offset } of leafFields(grid)) expect(grid.field(path).offset).toBe(offset);
  });

  it('passes over fields without bytes, however many a hostile file declares', () => {
    const nothing = Array.from({ length: 2000 }, (_, index) => `int n${index}[0]`);
    const structs = { Odd: ['int a', ...nothing], Many: ['Odd odd[16000]'] };
    const many = decodeSdna(encodeSdna(structs, header), header, { file: 'a', offset: 0 }).findStruct('Many')!;
    expect(leafFields(many)).toHaveLength(16_000);
  });
});
