import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  BlendEdits,
  type BlendFile,
  type IdProperty,
  openBlendFile,
  readIdProperties,
  rewriteBlendFile,
  type StructView,
} from '../src/index.ts';
import { collect } from './support/collect.ts';

interface Truth {
  version: number;
  image: string;
  text: string;
  booleanObject: string;
  objects: {
    name: string;
    location: number[];
    mesh: string;
    vertices: number;
    parent: string | null;
    materials: string[];
    modifiers: string[];
  }[];
}

const folder = join(import.meta.dirname, 'fixtures');
const truthOf = (version: string): Truth =>
  JSON.parse(readFileSync(join(folder, `scene-${version}.json`), 'utf8')) as Truth;

/** Without the two letters of the datablock's kind. */
const nameOf = (view: StructView | undefined): string | null => view?.text('id.name').slice(2) ?? null;

async function describeObject(file: BlendFile, block: number): Promise<Truth['objects'][number]> {
  const view = await file.view(block);
  const mesh = (await file.follow(view, 'data'))!;
  const materials = await Promise.all((await file.targets(mesh, 'mat')).map((target) => file.view(target)));
  const modifiers: string[] = [];
  for await (const modifier of file.list(view, 'modifiers')) modifiers.push(modifier.text('modifier.name'));
  return {
    name: nameOf(view)!,
    location: [0, 1, 2].map((index) => view.number('loc', index)),
    mesh: nameOf(mesh)!,
    vertices: mesh.number(mesh.struct.firstField('verts_num', 'totvert')!),
    parent: nameOf(await file.follow(view, 'parent')),
    materials: materials.map((material) => nameOf(material)!),
    modifiers,
  };
}

async function stringBehind(file: BlendFile, view: StructView, field: string): Promise<string> {
  const bytes = await file.readBody(file.target(view, field));
  return Buffer.from(bytes.subarray(0, bytes.indexOf(0))).toString();
}

/** Properties as the script of the fixture set them. */
function plain(property: IdProperty): unknown {
  switch (property.kind) {
    case 'group':
      return Object.fromEntries(property.members.map((member) => [member.name, plain(member)]));
    case 'groups':
      return property.members.map(plain);
    case 'text':
      return Buffer.from(property.value).toString();
    case 'datablock':
      return property.target > 0;
    case 'unknown':
      return undefined;
    default:
      return property.value;
  }
}

describe.each(['3.4', '4.5', '5.0'])('a file that Blender %s wrote', (version) => {
  const path = join(folder, `scene-${version}.blend`);
  const truth = truthOf(version);

  it('shows what Blender says is in it', async () => {
    await using file = await openBlendFile(path);
    expect(file.header.version).toBe(truth.version);
    expect(file.compression).toBe('zstd');
    const blocks = [...file.blocks.withCode('OB')];
    expect(await Promise.all(blocks.map((block) => describeObject(file, block)))).toEqual(truth.objects);
    const image = await file.view(file.blocks.firstWithCode('IM'));
    expect(image.text(image.struct.firstField('filepath', 'name')!)).toBe(truth.image);
    const text = await file.view(file.blocks.firstWithCode('TX'));
    expect(await stringBehind(file, text, 'name')).toBe(truth.text);
  });

  it('holds the custom properties that the script set', async () => {
    await using file = await openBlendFile(path);
    const root = await readIdProperties(file, await file.view(file.blocks.firstWithCode('OB')));
    expect(root && plain(root)).toEqual({
      ...{ integer: -7, number: 0.1, text: '//props/ä.txt', integers: [1, 2, -3], numbers: [0.5, 1.5] },
      ...{ group: { inner: 5, deeper: { leaf: 'x' } }, pointer: true, groups: [{ a: 1 }, { a: 2 }] },
    });
  });

  it('has structs whose sizes and counts make up the lengths of all blocks', async () => {
    await using file = await openBlendFile(path);
    for (let block = 0; block < file.blocks.length - 1; block += 1) {
      const size = file.structOf(block)?.sizeBytes;
      if (size !== undefined) expect(size * file.blocks.count(block)).toBe(file.blocks.bodyLength(block));
    }
  });

  it('is read again after paths in it were changed', async () => {
    await using file = await openBlendFile(path);
    const edits = new BlendEdits(file);
    const image = await file.view(file.blocks.firstWithCode('IM'));
    edits.setText(image, image.struct.firstField('filepath', 'name')!, '//neu/x.png');
    const text = await file.view(file.blocks.firstWithCode('TX'));
    const long = '//notes/'.padEnd(700, 'n');
    await edits.replaceText(file.target(text, 'name'), Buffer.from(long));
    await using after = await openBlendFile(await collect(rewriteBlendFile(file, edits)));
    const newImage = await after.view(after.blocks.firstWithCode('IM'));
    expect(newImage.text(newImage.struct.firstField('filepath', 'name')!)).toBe('//neu/x.png');
    expect(await stringBehind(after, await after.view(after.blocks.firstWithCode('TX')), 'name')).toBe(long);
    const blocks = [...after.blocks.withCode('OB')];
    expect(await Promise.all(blocks.map((block) => describeObject(after, block)))).toEqual(truth.objects);
  });
});
