import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BlendEdits, saveBlendFile } from '@waybill/blendfile';
import { compressZstd, encodeAddresses } from '@waybill/blendfile/testing';
import { temporaryDirectory } from '@waybill/test-kit';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { applyUsage } from '../../src/trace/apply-usage.ts';
import { openBlend } from '../../src/trace/open-blend.ts';
import { trace } from '../../src/trace/trace.ts';
import type { FoundUsage } from '../../src/trace/usage.ts';
import {
  blend,
  data,
  datablock,
  image,
  latin,
  library,
  placeholder,
  raw,
  shown,
  traced,
  write,
} from './support/blends.ts';

let root: Awaited<ReturnType<typeof temporaryDirectory>>;
let count = 0;
beforeAll(async () => void (root = await temporaryDirectory()));
afterAll(async () => await root[Symbol.asyncDispose]());

/** A folder with these files; its name. */
const project = async (files: Readonly<Record<string, string | Uint8Array>>): Promise<string> => {
  const folder = join(root.path, String((count += 1)));
  await mkdir(folder);
  for (const [name, content] of Object.entries(files)) await write(folder, latin(name), content);
  return folder;
};

const list = async (files: Readonly<Record<string, string | Uint8Array>>): Promise<string[]> => {
  const folder = await project(files);
  return shown(await traced(join(folder, 'shot.blend')), folder);
};

const LAYOUTS = [
  { title: '64 bit', header: {} },
  { title: '32 bit, big endian, 2.49', header: { pointerBytes: 4, littleEndian: false, version: 249 } },
  { title: 'format version 1 of Blender 5', header: { formatVersion: 1, version: 500 } },
] as const;

describe.each(LAYOUTS)('linked datablocks, $title', ({ header }) => {
  const pointers = { pointerBytes: 8, littleEndian: true, formatVersion: 0, version: 304, ...header } as const;

  it('are followed through pointers, arrays of pointers, void pointers and nodes, and nothing else of their file is taken', async () => {
    const wood = image('wood', '//wood.png');
    const script = data('NodeShaderScript', { mode: 1, filepath: latin('//noise.osl') });
    const node = data('bNode', { id: wood.address, storage: script.address });
    const tree = data('bNodeTree', { 'id.name': 'NTtree', 'nodes.first': node.address });
    const material = datablock('MA', 'Material', 'material', { nodetree: tree.address });
    const slots = raw(encodeAddresses([0n, material.address], pointers));
    const mesh = datablock('ME', 'Mesh', 'mesh', { mat: slots.address });
    const parent = datablock('OB', 'Object', 'parent', { data: mesh.address });
    const chair = datablock('OB', 'Object', 'chair', { parent: parent.address });
    const key = datablock('KE', 'Key', 'key', { from: image('user', '//user.png').address });
    const lib = blend(
      [image('unused', '//unused.png'), wood, key, chair, parent, mesh, slots, material, tree, node, script],
      header,
    );
    const shot = blend(library('//lib/lib.blend', ['OBchair']), header);
    const files = { 'shot.blend': shot, 'lib/lib.blend': lib, 'lib/wood.png': '', 'lib/noise.osl': '' };
    expect(await list({ ...files, 'lib/unused.png': '' })).toEqual([
      'LIlib //lib/lib.blend: lib/lib.blend',
      'MAmaterial //noise.osl: lib/noise.osl',
      'IMwood //wood.png: lib/wood.png',
    ]);
  });

  it('are not followed backwards', async () => {
    const user = image('user', '//user.png');
    const key = datablock('KE', 'Key', 'key', {
      from: user.address,
      'id.newid': user.address,
      'id.next': user.address,
    });
    const shot = blend(library('//lib.blend', ['KEkey']), header);
    expect(await list({ 'shot.blend': shot, 'lib.blend': blend([user, key], header), 'user.png': '' })).toEqual([
      'LIlib //lib.blend: lib.blend',
    ]);
  });

  it('reach what owns a node tree that something points into', async () => {
    const wood = image('wood', '//wood.png');
    const node = data('bNode', { id: wood.address });
    const tree = data('bNodeTree', { 'id.name': 'NTtree', 'nodes.first': node.address });
    const owner = datablock('MA', 'Material', 'owner', { nodetree: tree.address });
    // As a driver points to a property of the tree.
    const other = datablock('MA', 'Material', 'other', { nodetree: tree.address });
    const lib = blend([other, wood, owner, tree, node], header);
    const shot = blend(library('//lib.blend', ['MAother']), header);
    expect(await list({ 'shot.blend': shot, 'lib.blend': lib, 'wood.png': '' })).toContain(
      'IMwood //wood.png: wood.png',
    );
  });
});

describe('libraries', () => {
  it('are opened after the usages of the file before, each once', async () => {
    const folder = await project({
      'shot.blend': blend([...library('//lib.blend', ['IMa']), image('own', '//own.png')]),
      'lib.blend': blend([image('a', '//a.png')]),
    });
    const opened: string[] = [];
    const callbacks = { fileOpened: (path: Buffer) => void opened.push(path.toString().slice(folder.length + 1)) };
    const seen: string[] = [];
    for await (const {
      datablock: { name },
    } of trace(join(folder, 'shot.blend'), { callbacks })) {
      seen.push(`${name} after ${opened.join(' ')}`);
    }
    expect(seen).toEqual(['IMown after shot.blend', 'LIlib after shot.blend', 'IMa after shot.blend lib.blend']);
  });

  it('that link one another end, and more of one that was read already is found', async () => {
    const libA = datablock('LI', 'Library', 'a', { name: '//a.blend' });
    const libB = datablock('LI', 'Library', 'b', { name: '//b.blend' });
    const [linkA, linkB] = [placeholder('OBa3', libA.address), placeholder('OBb1', libB.address)];
    const a4 = image('a4', '//a4.png');
    const a3 = datablock('OB', 'Object', 'a3', { data: a4.address });
    const a1 = datablock('OB', 'Object', 'a1', { parent: linkB.address });
    const b1 = datablock('OB', 'Object', 'b1', { parent: linkA.address });
    const folder = await project({
      'shot.blend': blend(library('//a.blend', ['IMa2', 'OBa1'])),
      'a.blend': blend([a1, image('a2', '//a2.png'), a3, a4, libB, linkB]),
      'b.blend': blend([b1, libA, linkA]),
    });
    expect(shown(await traced(join(folder, 'shot.blend')), folder)).toEqual([
      'LIlib //a.blend: a.blend',
      'IMa2 //a2.png: missing',
      'LIb //b.blend: b.blend',
      'LIa //a.blend: a.blend',
      'IMa4 //a4.png: missing',
    ]);
  });

  it('that are missing are said to be', async () => {
    const missing: string[] = [];
    const folder = await project({ 'shot.blend': blend(library('//no.blend', ['IMa'])) });
    const callbacks = { missing: ({ stored }: { stored: Buffer }) => void missing.push(stored.toString()) };
    expect(shown(await traced(join(folder, 'shot.blend'), { callbacks }), folder)).toEqual([
      'LIlib //no.blend: missing',
    ]);
    expect(missing).toEqual(['//no.blend']);
  });

  it('of which nothing is linked are no dependency', async () => {
    expect(await list({ 'shot.blend': blend(library('//lib.blend', [])), 'lib.blend': blend([]) })).toEqual([]);
  });

  it('that are broken end the tracing with the name of the file', async () => {
    const folder = await project({ 'shot.blend': blend(library('//lib.blend', ['IMa'])), 'lib.blend': 'BLENDER-v304' });
    await expect(traced(join(folder, 'shot.blend'))).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_BLEND_FILE_TRUNCATED', file: join(folder, 'lib.blend') }),
    );
  });
});

describe('packed libraries', () => {
  const packed = (content: Uint8Array): [ReturnType<typeof data>, ReturnType<typeof raw>] => {
    const body = raw(content);
    return [data('PackedFile', { size: content.length, data: body.address }), body];
  };
  const shotWith = (path: string, lib: Uint8Array): Uint8Array => {
    const [file, body] = packed(lib);
    const [block, ...links] = library(path, ['IMa'], { packedfile: file.address });
    return blend([...(block === undefined ? [] : [block]), file, body, ...links]);
  };

  it.each(['none', 'zstd'] as const)(
    'are traced from where they would be, and rewritten in place (%s)',
    async (compression) => {
      const content = blend([image('a', '//tex/a.png'), image('b', '//tex/b.png')]);
      const lib = compression === 'zstd' ? compressZstd(content) : content;
      const folder = await project({ 'shot.blend': shotWith('//lib/lib.blend', lib), 'lib/tex/a.png': '' });
      const path = Buffer.from(join(folder, 'shot.blend'));
      const usages = await traced(path.toString());
      expect(shown(usages, folder)).toEqual(['LIlib //lib/lib.blend: packed', 'IMa //tex/a.png: lib/tex/a.png']);
      const [, usage] = usages;
      expect(usage).toMatchObject({ holder: path, base: Buffer.from(join(folder, 'lib/lib.blend')) });
      await using file = await openBlend(path);
      const edits = new BlendEdits(file);
      if (usage !== undefined) await applyUsage(edits, file, usage, Buffer.from('//moved/a.png'));
      await saveBlendFile(file, edits, join(folder, 'moved.blend'));
      await write(folder, 'lib/moved/a.png');
      const after = await traced(join(folder, 'moved.blend'));
      expect(shown(after, folder)).toEqual(['LIlib //lib/lib.blend: packed', 'IMa //moved/a.png: lib/moved/a.png']);
    },
  );

  it('that link one another need no file', async () => {
    const lib = datablock('LI', 'Library', 'inner', { name: '//../b/b.blend' });
    const other = placeholder('IMa', lib.address);
    const user = datablock('OB', 'Object', 'user', { data: other.address });
    const a = blend([user, lib, other]);
    const [fileA, bodyA] = packed(a);
    const [fileB, bodyB] = packed(blend([image('a', '//a.png')]));
    const [libA, ...links] = library('//a/a.blend', ['OBuser'], { packedfile: fileA.address });
    const [libB] = library('//b/b.blend', [], { packedfile: fileB.address });
    if (libA === undefined || libB === undefined) throw new TypeError('no library');
    const shot = blend([libA, fileA, bodyA, ...links, libB, fileB, bodyB]);
    expect(await list({ 'shot.blend': shot, 'b/a.png': '' })).toEqual([
      'LIlib //a/a.blend: packed',
      'LIlib //b/b.blend: packed',
      'LIinner //../b/b.blend: packed',
      'IMa //a.png: b/a.png',
    ]);
  });

  it('datablocks of Blender 5 that are packed one by one have the paths of their library', async () => {
    const lib = datablock('LI', 'Library', 'lib', { name: '//lib/lib.blend' });
    const shot = blend([lib, image('a', '//a.png', { 'id.lib': lib.address }), image('b', '//b.png')]);
    expect(await list({ 'shot.blend': shot, 'lib/a.png': '', 'b.png': '' })).toEqual([
      'IMa //a.png: lib/a.png',
      'IMb //b.png: b.png',
    ]);
  });
});

describe('a cache', () => {
  /** Files of now, seen later. */
  const later = (): void => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10_000 });
    onTestFinished(() => void vi.useRealTimers());
  };

  it('is not told of a file that was changed a moment ago: its times may not tell the next change', async () => {
    const folder = await project({ 'shot.blend': blend([image('own', '//own.png')]) });
    const cached = new Map<string, readonly FoundUsage[]>();
    const usageCache = {
      get: (key: string) => cached.get(key),
      set: (key: string, found: readonly FoundUsage[]) => void cached.set(key, found),
    };
    await traced(join(folder, 'shot.blend'), { usageCache });
    expect(cached.size).toBe(0);
    later();
    await traced(join(folder, 'shot.blend'), { usageCache });
    expect(cached.size).toBe(1);
  });

  it('that knows all files leaves them closed, and what is on disk is looked at again', async () => {
    const folder = await project({
      'shot.blend': blend([...library('//lib.blend', ['IMa']), image('own', '//own.png')]),
      'lib.blend': blend([image('a', '//a.png')]),
      'a.png': '',
    });
    const cached = new Map<string, readonly FoundUsage[]>();
    const usageCache = {
      get: (key: string) => cached.get(key),
      set: (key: string, found: readonly FoundUsage[]) => void cached.set(key, found),
    };
    later();
    const opened: string[] = [];
    const options = { usageCache, callbacks: { fileOpened: (path: Buffer) => void opened.push(path.toString()) } };
    const before = await traced(join(folder, 'shot.blend'), options);
    expect([opened.length, cached.size]).toEqual([2, 2]);
    expect(await traced(join(folder, 'shot.blend'), options)).toEqual(before);
    expect(opened.length).toBe(2);
    await write(folder, 'own.png');
    expect(shown(await traced(join(folder, 'shot.blend'), options), folder)[0]).toBe('IMown //own.png: own.png');
    await write(folder, 'lib.blend', blend([image('a', '//other.png')]));
    expect(shown(await traced(join(folder, 'shot.blend'), options), folder)).toContain('IMa //other.png: missing');
    expect(opened.length).toBe(3);
  });
});

it('ends at once when it is aborted', async () => {
  const folder = await project({ 'shot.blend': blend([image('a', '//a.png'), image('b', '//b.png')]) });
  const abort = new AbortController();
  const seen: string[] = [];
  const reason = new Error('enough');
  const tracing = (async () => {
    for await (const {
      datablock: { name },
    } of trace(join(folder, 'shot.blend'), { signal: abort.signal })) {
      seen.push(name);
      abort.abort(reason);
    }
  })();
  await expect(tracing).rejects.toBe(reason);
  expect(seen).toEqual(['IMa']);
});

it.skipIf(process.platform === 'win32')(
  'a file at a path that is no UTF-8 is traced, with what it names in other bytes',
  async () => {
    const folder = await project({ 'x.blend': '' });
    await write(folder, latin('sh\xf6t.blend'), blend([image('gr\xfcn', '//gr\xfcn.png')]));
    await write(folder, latin('gr\xfcn.png'));
    const usages = await Array.fromAsync(trace(Buffer.concat([Buffer.from(`${folder}/`), latin('sh\xf6t.blend')])));
    expect(shown(usages, folder)).toEqual([String.raw`IMgr\xfcn` + ' //gr\xfcn.png: gr\xfcn.png']);
  },
);
