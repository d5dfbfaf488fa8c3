import { describe, expect, it } from 'vitest';
import { type BlendHeader, decodeSdna, type Dna, leafFields, SdnaInvalidError } from '../../src/index.ts';
import { encodeSdna, type StructDeclarations } from '../../src/testing/index.ts';
import { smallStructs } from '../support/small-scene.ts';
import { variants } from '../support/variants.ts';

const header: BlendHeader = { formatVersion: 0, pointerBytes: 8, littleEndian: true, version: 304 };
const origin = { file: 'a.blend', offset: 1000 };
const dnaOf = (structs: StructDeclarations, of = header): Dna => decodeSdna(encodeSdna(structs, of), of, origin);

describe.each(variants)('an SDNA, $name', ({ header }) => {
  const dna = dnaOf(smallStructs, header);
  const pointer = header.pointerBytes;

  it('gives each struct by name and by index', () => {
    const names = [...dna.structs()].map(({ name }) => name);
    expect(names).toEqual(Object.keys(smallStructs));
    expect(dna.findStruct('Material')?.index).toBe(names.indexOf('Material'));
    expect(dna.findStruct('Camera')).toBeUndefined();
    expect(dna.structAt(dna.structCount)).toBeUndefined();
    expect(dna.structAt(-1)).toBeUndefined();
  });

  it('lays fields out one behind the other', () => {
    const id = dna.findStruct('ID');
    const offsets = id?.fields.map(({ path, offset }) => [path, offset]);
    const name = 2 * pointer;
    expect(offsets).toEqual([
      ...[
        ['next', 0],
        ['prev', pointer],
        ['name', name],
        ['flag', name + 66],
        ['us', name + 68],
      ],
      ['properties', name + 72],
    ]);
    expect(id?.sizeBytes).toBe(name + 72 + pointer);
  });

  it('finds fields of structs inside, and elements of arrays', () => {
    const object = dna.findStruct('Object');
    const id = dna.findStruct('ID')?.sizeBytes ?? 0;
    expect(object?.findField('id.name')).toMatchObject({ offset: 2 * pointer, type: 'char', length: 66 });
    expect(object?.findField('loc[2]')).toMatchObject({ offset: id + 8, elementBytes: 4, length: 1, dimensions: [] });
    expect(object?.findField('matrix[1]')).toMatchObject({ offset: id + 12 + 16, length: 4, dimensions: [4] });
    expect(object?.findField('matrix[1][3]')).toMatchObject({ offset: id + 12 + 28, length: 1 });
    expect(object?.findField('mat')).toMatchObject({ pointerDepth: 2, type: 'Material', elementBytes: pointer });
    expect(object?.findField('slots[1].name')?.offset).toBe(
      (object?.field('slots').offset ?? 0) + (dna.findStruct('Slot')?.sizeBytes ?? 0) + 2 * pointer,
    );
    expect(object?.findField('poll')).toMatchObject({ pointerDepth: 1, elementBytes: pointer });
  });

  it('finds nothing behind pointers, in arrays without a subscript, and beyond their ends', () => {
    const object = dna.findStruct('Object');
    for (const path of [
      'parent.id',
      'slots.name',
      'loc[3]',
      'loc[0][0]',
      'matrix[4]',
      'id.',
      '.id',
      'loc[',
      'loc[x]',
      '[0]',
      '',
    ]) {
      expect(object?.findField(path), path).toBeUndefined();
    }
  });

  it('gives the first of several names', () => {
    const image = dna.findStruct('Image');
    expect(image?.firstField('name', 'filepath')?.path).toBe('filepath');
    expect(image?.firstField('name', 'path')).toBeUndefined();
    expect(() => image?.field('name')).toThrow(expect.objectContaining({ code: 'ERR_FIELD_MISSING', struct: 'Image' }));
  });

  it('lists all leaves with their paths, and each byte is in one of them', () => {
    const object = dna.findStruct('Object');
    const leaves = object === undefined ? [] : leafFields(object);
    const paths = leaves.map(({ path }) => path);
    expect(paths).toContain('id.properties');
    expect(paths).toContain('modifiers.first');
    expect(paths).toContain('slots[1].name');
    expect(paths).toContain('matrix');
    let end = 0;
    for (const { offset, elementBytes, length } of leaves) {
      expect(offset).toBe(end);
      end += elementBytes * length;
    }
    expect(end).toBe(object?.sizeBytes);
  });

  it('is refused at every point where it is cut, with the offset', () => {
    const whole = encodeSdna(smallStructs, header);
    for (let length = 0; length < whole.length; length += 1) {
      let thrown: unknown;
      try {
        decodeSdna(whole.subarray(0, length), header, origin);
      } catch (error) {
        thrown = error;
      }
      expect(thrown, `${length}`).toBeInstanceOf(SdnaInvalidError);
      expect((thrown as SdnaInvalidError).file).toBe('a.blend');
      expect((thrown as SdnaInvalidError).offset).toBeGreaterThanOrEqual(1000);
      expect((thrown as SdnaInvalidError).offset).toBeLessThanOrEqual(1000 + length);
    }
  });
});

describe('decodeSdna', () => {
  it('refuses fields that do not make up the size of their struct', () => {
    const bytes = encodeSdna({ Link: ['void *next'] }, header);
    const sizes = Buffer.from(bytes).indexOf('TLEN') + 4;
    const link = 13;
    bytes[sizes + 2 * link] = 12;
    expect(() => decodeSdna(bytes, header, origin)).toThrow(/fields of Link have 8 bytes, the struct has 12/);
  });

  it('refuses references to types and names that are not there', () => {
    const bytes = encodeSdna({ Link: ['void *next'] }, header);
    const field = Buffer.from(bytes).indexOf('STRC') + 12;
    for (const at of [field, field + 2]) {
      const broken = bytes.slice();
      broken[at] = 200;
      expect(() => decodeSdna(broken, header, origin)).toThrow(/a field of Link has type/);
    }
  });

  it('refuses a struct that holds itself, which no path through it would end', () => {
    const types = Buffer.from(encodeSdna({ A: ['B x[0]'], B: ['int y[0]'] }, header));
    const a = 13;
    const strc = types.indexOf('STRC') + 8;
    // struct B's one field: make its type A.
    types[strc + 8 + 4] = a;
    expect(() => decodeSdna(types, header, origin)).toThrow(/holds itself/);
  });

  it('refuses two structs of one name', () => {
    const bytes = Buffer.from(encodeSdna({ A: ['int x'], B: ['int x'] }, header));
    const strc = bytes.indexOf('STRC') + 8;
    bytes[strc + 8] = 13;
    expect(() => decodeSdna(bytes, header, origin)).toThrow(/two structs are named A/);
  });

  it('allocates nothing on a mere announcement', () => {
    const bytes = encodeSdna({ A: ['int x'] }, header);
    new DataView(bytes.buffer).setUint32(8, 0xffff_ffff, true);
    expect(() => decodeSdna(bytes, header, origin)).toThrow(/4294967295 entries/);
  });
});
