import { describe, expect, it } from 'vitest';
import {
  type BlendFile,
  FieldKindMismatchError,
  FieldMissingError,
  FileBlockInvalidError,
  openBlendFile,
  StructView,
} from '../src/index.ts';
import { CUBE, LAMP, LATIN1_PATH, smallScene, smallSceneSpec } from './support/small-scene.ts';
import { buildBlendFile } from '../src/testing/index.ts';
import { variants } from './support/variants.ts';

async function names(file: BlendFile, blocks: readonly number[]): Promise<(string | null)[]> {
  return await Promise.all(blocks.map(async (block) => (block < 0 ? null : (await file.view(block)).text('id.name'))));
}

describe.each(variants)('a struct, $name', ({ header }) => {
  const content = smallScene(header);
  const cube = async (file: BlendFile): Promise<StructView> => await file.view(file.blocks.find(CUBE));

  it('gives numbers of every kind', async () => {
    await using file = await openBlendFile(content);
    const view = await cube(file);
    expect([0, 1, 2].map((index) => view.number('loc', index))).toEqual([1, -2.5, 1e10]);
    expect(view.number('loc[1]')).toBe(-2.5);
    expect(view.number('matrix[1][3]')).toBe(8);
    expect(view.get('flags')).toEqual([-3, 4]);
    expect(view.bigint('big')).toBe(-(2n ** 60n));
    expect(() => view.number('big')).toThrow(RangeError);
    expect(view.number('precise')).toBe(0.1);
    expect(view.get('tint')).toEqual([255, 0, 7]);
    expect(view.number('layer')).toBe(-1);
  });

  it('gives texts as bytes, and as text for people', async () => {
    await using file = await openBlendFile(content);
    const view = await cube(file);
    expect(view.text('id.name')).toBe('OBCube');
    expect(view.raw('id.name')).toHaveLength(66);
    const image = await file.view(file.blocks.firstWithCode('IM'));
    expect(Buffer.from(image.bytes('filepath'))).toEqual(Buffer.from(LATIN1_PATH));
    expect(image.text('filepath')).toBe('//b\ufffdcher.png');
  });

  it('follows pointers, arrays of pointers and lists', async () => {
    await using file = await openBlendFile(content);
    const view = await cube(file);
    expect(view.address('parent')).toBe(LAMP);
    expect((await file.follow(view, 'parent'))?.text('id.name')).toBe('OBLamp');
    expect(await names(file, await file.targets(view, 'mat'))).toEqual(['MAWood', null, 'MAGlass']);
    const modifiers: string[] = [];
    for await (const element of file.list(view, 'modifiers')) {
      modifiers.push(
        `${element.struct.name} ${element.text(element.struct.firstField('modifier.name', 'name') ?? '')}`,
      );
    }
    expect(modifiers).toEqual(['ModifierData First', 'BooleanModifierData Boolean']);
  });

  it('leads nowhere from a null pointer and from one to what is not in the file', async () => {
    await using file = await openBlendFile(content);
    const lamp = await file.view(file.blocks.find(LAMP));
    expect(file.target(lamp, 'parent')).toBe(-1);
    expect(await file.follow(lamp, 'parent')).toBeUndefined();
    expect(await file.targets(lamp, 'mat')).toEqual([]);
    for await (const element of file.list(lamp, 'modifiers')) expect.fail(element.struct.name);
  });

  it('gives structs inside', async () => {
    await using file = await openBlendFile(content);
    const view = await cube(file);
    expect(view.inner('id').text('name')).toBe('OBCube');
    expect(view.inner('slots', 1).text('name')).toBe('second');
    expect(view.inner('slots[1]').bodyOffset).toBe(view.struct.field('slots[1]').offset);
    expect(view.get('modifiers')).toBeInstanceOf(StructView);
  });

  it('takes fields that were looked up before, of its own struct only', async () => {
    await using file = await openBlendFile(content);
    const view = await cube(file);
    expect(view.number(view.struct.field('loc[1]'))).toBe(-2.5);
    const image = await file.view(file.blocks.firstWithCode('IM'));
    expect(() => view.bytes(image.struct.field('filepath'))).toThrow(FieldMissingError);
  });

  it('says what a field is when it is asked for as something else', async () => {
    await using file = await openBlendFile(content);
    const view = await cube(file);
    expect(view.has('id.name')).toBe(true);
    expect(view.has('id.nome')).toBe(false);
    expect(() => view.number('id.nome')).toThrow(FieldMissingError);
    expect(() => view.number('parent')).toThrow(/is Object \*, not a number/);
    expect(() => view.text('loc')).toThrow(/is float\[3\], not a text/);
    expect(() => view.address('loc')).toThrow(FieldKindMismatchError);
    expect(() => view.inner('parent')).toThrow(FieldKindMismatchError);
    expect(() => view.bigint('precise')).toThrow(FieldKindMismatchError);
    expect(() => view.number('loc', 3)).toThrow(RangeError);
  });

  it('reads several structs in one block, and bytes as a struct that is named', async () => {
    const spec = smallSceneSpec(header);
    const slots = { code: 'DATA', address: 0x9000n, struct: 'Slot', values: [{ name: 'a' }, { name: 'b' }] };
    await using file = await openBlendFile(buildBlendFile({ ...spec, blocks: [...spec.blocks, slots] }));
    const block = file.blocks.find(0x9000n);
    expect(file.elementCount(block)).toBe(2);
    expect((await file.view(block, { element: 1 })).text('name')).toBe('b');
    await expect(file.view(block, { element: 2 })).rejects.toThrow(FileBlockInvalidError);
    const struct = file.dna.findStruct('ListBase');
    expect((await file.view(block, { struct })).address('first')).toBe(0n);
  });

  it('is refused where there is none', async () => {
    await using file = await openBlendFile(content);
    const image = await file.view(file.blocks.firstWithCode('IM'));
    expect(file.structOf(file.target(image, 'comment'))).toBeUndefined();
    await expect(file.follow(image, 'comment')).rejects.toThrow(FileBlockInvalidError);
    const comment = await file.readBody(file.target(image, 'comment'));
    expect(Buffer.from(comment).toString()).toBe('short\0\0\0');
  });
});

describe('a list that comes back to where it was', () => {
  it('ends with an error', async () => {
    const structs = {
      ListBase: ['void *first', 'void *last'],
      Item: ['Item *next', 'Item *prev'],
      Scene: ['ListBase items'],
    };
    const blocks = [
      { code: 'SC', address: 1n, struct: 'Scene', values: { 'items.first': 2n } },
      { code: 'DATA', address: 2n, struct: 'Item', values: { next: 3n } },
      { code: 'DATA', address: 3n, struct: 'Item', values: { next: 2n } },
    ];
    await using file = await openBlendFile(buildBlendFile({ structs, blocks }));
    const view = await file.view(0);
    const walk = async (): Promise<void> => {
      for await (const element of file.list(view, 'items')) expect(element.struct.name).toBe('Item');
    };
    await expect(walk()).rejects.toThrow(expect.objectContaining({ code: 'ERR_BLEND_DATA_CYCLIC' }));
  });
});
