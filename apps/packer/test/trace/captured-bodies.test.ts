import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { openBlendFile } from '@waybill/blendfile';
import { compressZstd, type StructValues } from '@waybill/blendfile/testing';
import { temporaryDirectory } from '@waybill/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CapturedBodies } from '../../src/trace/captured-bodies.ts';
import { blend, data, datablock, raw, shown, traced, write } from './support/blends.ts';

const [TEXT, INTEGER, FILE_PATH] = [0, 1, 1];
const PROPERTIES = 100;
/** So small that a block of a hundred properties comes in several parts, none of which ends where a struct does. */
const FRAME_BYTES = 4096;

const COMPRESSIONS = {
  plain: (content: Uint8Array) => content,
  gzip: (content: Uint8Array) => gzipSync(content),
  zstd: (content: Uint8Array) => compressZstd(content, FRAME_BYTES),
};

let root: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeAll(async () => void (root = await temporaryDirectory()));
afterAll(async () => await root[Symbol.asyncDispose]());

/** An object with a block of custom properties: numbers, and at some places texts that are paths. */
const objectWithTextsAt = (...places: readonly number[]): Uint8Array => {
  const shownAs = data('IDPropertyUIDataString', { 'base.rna_subtype': FILE_PATH });
  const texts = places.map((place) => raw(`//${place}.png`));
  const values = Array.from({ length: PROPERTIES }, (_, place): StructValues => {
    const text = texts[places.indexOf(place)];
    const pointers = text && { 'data.pointer': text.address, ui_data: shownAs.address };
    return { type: text === undefined ? INTEGER : TEXT, 'data.val': 7, ...pointers };
  });
  const object = datablock('OB', 'Object', 'cube');
  return blend([object, data('IDProperty', values), shownAs, ...texts]);
};

describe('a block of custom properties', () => {
  const cases = Object.keys(COMPRESSIONS) as (keyof typeof COMPRESSIONS)[];

  it.each(cases)('gives every text that names a file, wherever it stands in the block: %s', async (compression) => {
    const folder = join(root.path, compression);
    const places = [0, 29, 30, 31, 60, 99];
    await write(folder, 'shot.blend', COMPRESSIONS[compression](objectWithTextsAt(...places)));
    for (const place of places) await write(folder, `${place}.png`);
    expect(shown(await traced(join(folder, 'shot.blend')), folder)).toEqual(
      places.map((place) => `OBcube //${place}.png: ${place}.png`),
    );
  });

  it.each(cases)('gives a text behind parts that hold none: %s', async (compression) => {
    const folder = join(root.path, `last-${compression}`);
    await write(folder, 'shot.blend', COMPRESSIONS[compression](objectWithTextsAt(99)));
    await write(folder, '99.png');
    expect(shown(await traced(join(folder, 'shot.blend')), folder)).toEqual(['OBcube //99.png: 99.png']);
  });
});

describe('captured bodies', () => {
  /** What is known of a block that came in parts, each of which holds properties of these types. */
  const seen = async (
    ...parts: readonly (readonly number[])[]
  ): Promise<{ keptStructs: number; isDismissed: boolean }> => {
    await using file = await openBlendFile(objectWithTextsAt());
    const struct = file.dna.findStruct('IDProperty');
    if (struct === undefined) throw new RangeError('the file has no properties');
    const captured = new CapturedBodies();
    const visitor = captured.visitor(file.dna, () => true);
    const all = parts.map((types) => partOf(types, struct.sizeBytes, struct.findField('type')?.offset ?? 0));
    const lengthBytes = all.reduce((sum, { length }) => sum + length, 0);
    expect(visitor.wants(0, struct.index, lengthBytes, parts.flat().length)).toBe(struct.sizeBytes);
    let offset = 0;
    for (const part of all) {
      visitor.visit(1, part, offset);
      offset += part.length;
    }
    return { keptStructs: (captured.get(1)?.length ?? 0) / struct.sizeBytes, isDismissed: captured.isDismissed(1) };
  };

  const partOf = (types: readonly number[], sizeBytes: number, typeAt: number): Uint8Array => {
    const part = new Uint8Array(types.length * sizeBytes);
    for (const [place, type] of types.entries()) part[place * sizeBytes + typeAt] = type;
    return part;
  };

  it('let go a block in whose parts no property is a text', async () => {
    expect(await seen([INTEGER, INTEGER], [INTEGER])).toEqual({ keptStructs: 0, isDismissed: true });
  });

  it('keep a block whose only part holds a text', async () => {
    expect(await seen([INTEGER, TEXT])).toEqual({ keptStructs: 2, isDismissed: false });
  });

  it('have a block read again whose first part was let go before a text came', async () => {
    expect(await seen([INTEGER], [TEXT], [INTEGER])).toEqual({ keptStructs: 0, isDismissed: false });
  });

  it('keep the start of a block that ends with properties of no use', async () => {
    expect(await seen([TEXT], [INTEGER])).toEqual({ keptStructs: 1, isDismissed: false });
  });

  it('keep nothing behind a gap', async () => {
    expect(await seen([TEXT], [INTEGER], [TEXT])).toEqual({ keptStructs: 1, isDismissed: false });
  });
});
