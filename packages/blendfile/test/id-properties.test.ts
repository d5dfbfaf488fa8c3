import { describe, expect, it } from 'vitest';
import { type BlendFile, type BlendHeader, type IdProperty, openBlendFile, readIdProperties } from '../src/index.ts';
import { type BlockSpec, buildBlendFile, encodeAddresses } from '../src/testing/index.ts';
import { smallStructs } from './support/small-scene.ts';
import { variants } from './support/variants.ts';

const GROUP = 0x100n;
const owner = { code: 'OB', address: 1n, struct: 'Object', values: { 'id.properties': GROUP } };
const group = (first: bigint): BlockSpec => property(GROUP, { name: 'root', type: 6, 'data.group.first': first });

function property(address: bigint, values: Record<string, number | bigint | string>): BlockSpec {
  return { code: 'DATA', address, struct: 'IDProperty', values };
}

/** A body with numbers of one size. */
function numbers(values: readonly number[], bytes: 4 | 8, { littleEndian }: BlendHeader, float: boolean): Uint8Array {
  const body = new Uint8Array(values.length * bytes);
  const view = new DataView(body.buffer);
  values.forEach((value, index) => {
    if (!float) view.setInt32(index * bytes, value, littleEndian);
    else if (bytes === 4) view.setFloat32(index * bytes, value, littleEndian);
    else view.setFloat64(index * bytes, value, littleEndian);
  });
  return body;
}

async function read(header: BlendHeader, blocks: readonly BlockSpec[]): Promise<IdProperty | undefined> {
  await using file = await openBlendFile(buildBlendFile({ header, structs: smallStructs, blocks }));
  return await readOf(file);
}

async function readOf(file: BlendFile): Promise<IdProperty | undefined> {
  return await readIdProperties(file, await file.view(file.blocks.firstWithCode('OB')));
}

describe.each(variants)('ID properties, $name', ({ header }) => {
  const double = new DataView(numbers([0.1], 8, header, true).buffer);
  const halves = [double.getInt32(0, header.littleEndian), double.getInt32(4, header.littleEndian)];

  it('are read with all their kinds', async () => {
    const blocks = [
      owner,
      group(1n + GROUP),
      property(1n + GROUP, { name: 'int', type: 1, 'data.val': -5, next: 2n + GROUP }),
      property(2n + GROUP, {
        name: 'double',
        type: 8,
        'data.val': halves[0]!,
        'data.val2': halves[1]!,
        next: 3n + GROUP,
      }),
      property(3n + GROUP, { name: 'text', type: 0, len: 4, 'data.pointer': 0x201n, next: 4n + GROUP }),
      { code: 'DATA', address: 0x201n, body: Buffer.from('//ü\0') },
      property(4n + GROUP, { name: 'floats', type: 5, subtype: 2, len: 2, 'data.pointer': 0x202n, next: 5n + GROUP }),
      { code: 'DATA', address: 0x202n, body: numbers([0.5, -2], 4, header, true) },
      property(5n + GROUP, { name: 'ints', type: 5, subtype: 1, len: 3, 'data.pointer': 0x203n, next: 6n + GROUP }),
      { code: 'DATA', address: 0x203n, body: numbers([7, 8, 9, 10], 4, header, false) },
      property(6n + GROUP, { name: 'doubles', type: 5, subtype: 8, len: 9, 'data.pointer': 0x204n, next: 7n + GROUP }),
      { code: 'DATA', address: 0x204n, body: numbers([0.1], 8, header, true) },
      property(7n + GROUP, { name: 'bool', type: 10, 'data.val': 1, next: 8n + GROUP }),
      property(8n + GROUP, { name: 'id', type: 7, 'data.pointer': 1n, next: 9n + GROUP }),
      property(9n + GROUP, { name: 'inner', type: 6, 'data.group.first': 0x301n, next: 10n + GROUP }),
      property(0x301n, { name: 'leaf', type: 1, 'data.val': 3 }),
      property(10n + GROUP, { name: 'array', type: 9, len: 2, 'data.pointer': 0x302n, next: 11n + GROUP }),
      {
        code: 'DATA',
        address: 0x302n,
        struct: 'IDProperty',
        values: [
          { type: 1, 'data.val': 1 },
          { type: 1, 'data.val': 2 },
        ],
      },
      property(11n + GROUP, { name: 'odd', type: 99, next: 12n + GROUP }),
      property(12n + GROUP, { name: 'odd array', type: 5, subtype: 99, next: 13n + GROUP }),
      property(13n + GROUP, { name: 'no text', type: 0, len: 4 }),
    ];
    const root = await read(header, blocks);
    expect(root).toMatchObject({ name: 'root', kind: 'group', block: 1 });
    const members = root?.kind === 'group' ? root.members : [];
    expect(members).toMatchObject([
      { name: 'int', kind: 'number', value: -5 },
      { name: 'double', kind: 'number', value: 0.1 },
      { name: 'text', kind: 'text', value: new TextEncoder().encode('//ü'), dataBlock: 5 },
      { name: 'floats', kind: 'numbers', value: [0.5, -2] },
      { name: 'ints', kind: 'numbers', value: [7, 8, 9] },
      { name: 'doubles', kind: 'numbers', value: [0.1] },
      { name: 'bool', kind: 'boolean', value: true },
      { name: 'id', kind: 'datablock', target: 0 },
      { name: 'inner', kind: 'group', members: [{ name: 'leaf', value: 3 }] },
      { name: 'array', kind: 'groups', members: [{ value: 1 }, { value: 2 }] },
      { name: 'odd', kind: 'unknown', type: 99 },
      { name: 'odd array', kind: 'unknown', type: 99 },
      { name: 'no text', kind: 'text', value: new Uint8Array(0), dataBlock: -1 },
    ]);
  });

  it('are refused when a group holds itself', async () => {
    const inner = property(0x101n, { name: 'inner', type: 6, 'data.group.first': GROUP });
    await expect(read(header, [owner, group(0x101n), inner])).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_BLEND_DATA_CYCLIC' }),
    );
  });

  it('are refused when groups are nested without end', async () => {
    const nested = Array.from({ length: 200 }, (_, depth) =>
      property(0x101n + BigInt(depth), { type: 6, 'data.group.first': 0x102n + BigInt(depth) }),
    );
    await expect(read(header, [owner, group(0x101n), ...nested])).rejects.toThrow(/tree of ID properties/);
  });

  it('are refused when their values are larger than anybody needs', async () => {
    const large = { code: 'DATA', address: 0x900n, body: new Uint8Array(12 * 1024 * 1024) };
    const texts = [1n, 2n, 3n].map((at) =>
      property(GROUP + at, { type: 0, len: 12 * 1024 * 1024, 'data.pointer': 0x900n, next: GROUP + at + 1n }),
    );
    await expect(read(header, [owner, group(GROUP + 1n), ...texts, large])).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_BLEND_FILE_TOO_LARGE' }),
    );
  });

  it('are none where there are none', async () => {
    expect(await read(header, [{ ...owner, values: {} }])).toBeUndefined();
  });

  it('are read from arrays of pointers no further than they go', async () => {
    const blocks = [owner, property(GROUP, { type: 9, len: 1000, 'data.pointer': 0x202n })];
    const empty = { code: 'DATA', address: 0x202n, body: encodeAddresses([0n], header) };
    expect(await read(header, [...blocks, empty])).toMatchObject({ kind: 'groups', members: [] });
  });
});
