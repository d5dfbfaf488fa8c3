import { join } from 'node:path';
import { BlendEdits, saveBlendFile } from '@waybill/blendfile';
import { type BlockSpec, compressZstd } from '@waybill/blendfile/testing';
import { temporaryDirectory } from '@waybill/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyUsage } from '../../src/trace/apply-usage.ts';
import { openBlend } from '../../src/trace/open-blend.ts';
import type { TraceOptions } from '../../src/trace/usage.ts';
import { blend, data, datablock, image, latin, raw, shown, traced, write } from './support/blends.ts';

let root: Awaited<ReturnType<typeof temporaryDirectory>>;
let count = 0;
beforeAll(async () => void (root = await temporaryDirectory()));
afterAll(async () => await root[Symbol.asyncDispose]());

/** What is found in a file with these blocks, beside files with these names. Files are compressed by turns. */
const found = async (
  blocks: readonly BlockSpec[],
  names: readonly string[],
  options?: TraceOptions,
): Promise<string[]> => {
  const folder = join(root.path, String((count += 1)));
  const content = blend(blocks);
  await write(folder, 'shot.blend', count % 2 === 0 ? compressZstd(content, 4096) : content);
  for (const name of names) await write(folder, latin(name));
  return shown(await traced(join(folder, 'shot.blend'), options), folder);
};

/** The new path, as it is found after a rewrite. */
const rewritten = async (blocks: readonly BlockSpec[], newPath: string): Promise<string | undefined> => {
  const folder = join(root.path, String((count += 1)));
  const path = join(folder, 'shot.blend');
  await write(folder, 'shot.blend', blend(blocks));
  const [usage] = await traced(path);
  await using file = await openBlend(Buffer.from(path));
  const edits = new BlendEdits(file);
  if (usage !== undefined) await applyUsage(edits, file, usage, Buffer.from(newPath));
  await saveBlendFile(file, edits, path);
  return (await traced(path))[0]?.stored.toString();
};

describe('images', () => {
  it('without a path, generated ones and viewers are none', async () => {
    const blocks = [image('a', ''), image('b', '//b.png', { source: 4 }), image('c', '//c.png', { source: 5 })];
    expect(await found(blocks, ['b.png', 'c.png'])).toEqual([]);
  });

  it('that are packed need no file', async () => {
    const packed = data('PackedFile', { size: 0 });
    const blocks = [image('a', '//a.png', { packedfile: packed.address }), packed];
    expect(await found(blocks, ['a.png'])).toEqual(['IMa //a.png: packed']);
    const listed = image('b', '//b.<UDIM>.png', { source: 6, 'packedfiles.first': packed.address });
    expect(await found([listed, packed], ['b.1001.png'])).toEqual(['IMb //b.<UDIM>.png: packed']);
  });

  it('of a sequence are all frames, though the first is absent; directories are none', async () => {
    const blocks = [image('a', '//s/a_0001.png', { source: 2 }), image('p', '//plain.png', { source: 2 })];
    const names = ['s/a_0002.png', 's/a_0003.png', 's/a_3.png', 's/a_0004.png/x', 'plain.png'];
    expect(await found(blocks, names)).toEqual([
      'IMa //s/a_0001.png: s/a_0002.png s/a_0003.png',
      'IMp //plain.png: plain.png',
    ]);
  });

  it('with tiles are those on disk, and the absent ones are missed unless they are filled', async () => {
    const third = data('ImageTile', { tile_number: 1003, gen_flag: 2 });
    const second = data('ImageTile', { tile_number: 1002, next: third.address });
    const first = data('ImageTile', { tile_number: 1001, next: second.address });
    const tiled = image('a', '//t/a.<UDIM>.png', { source: 6, 'tiles.first': first.address });
    expect(await found([tiled, first, second, third], ['t/a.1001.png', 't/a.1009.png'])).toEqual([
      'IMa //t/a.<UDIM>.png: t/a.1001.png t/a.1009.png',
      'IMa //t/a.1002.png: missing',
    ]);
  });

  it('of several views are all of them', async () => {
    const views = ['_L', '_R', '_x'].map((suffix) => data('SceneRenderView', { suffix }));
    const view = data('ImageView', { name: 'left', filepath: '//a_L.png' });
    const stereo = image('a', '//a_L.png', { flag: 1 << 14, 'views.first': view.address });
    const frames = image('b', '//b_1_R.png', { flag: 1 << 14, source: 2 });
    const names = ['a_L.png', 'a_R.png', 'a_M.png', 'a_x.png', 'b_1_L.png', 'b_2_R.png'];
    expect(await found([stereo, view, frames, datablock('SC', 'Scene', 's'), ...views], names)).toEqual([
      'IMa //a_L.png: a_L.png a_R.png a_x.png',
      'IMa //a_L.png: a_L.png',
      'IMb //b_1_R.png: b_1_L.png b_2_R.png',
    ]);
    expect(await found([stereo, view], ['a_L.png'])).toEqual([
      'IMa //a_L.png: a_L.png',
      'IMa //a_R.png: missing',
      'IMa //a_L.png: a_L.png',
    ]);
  });
});

describe('strips', () => {
  const strip = (type: number, dir: string, names: readonly string[], values = {}): BlockSpec[] => {
    const elements = data(
      'StripElem',
      names.map((name) => ({ name: latin(name) })),
    );
    const custom = data('StripProxy', { dir: '//proxies/', storage: 4 });
    const inner = data('Strip', { dir, stripdata: elements.address, proxy: custom.address });
    const outer = data('Sequence', { name: 'SQx', type, strip: inner.address, ...values });
    return [datablock('SC', 'Scene', 'scene'), outer, inner, elements, custom];
  };

  it('of images are their elements, and each that is absent is missed', async () => {
    const names = ['s/z.png', 's/a b.png', 's/[1].png', 's/other.png'];
    expect(await found(strip(0, '//s/', ['z.png', 'a b.png', '[1].png', 'no.png']), names)).toEqual([
      'SCscene //s/: s/z.png s/a b.png s/[1].png',
      'SCscene //s/no.png: missing',
    ]);
  });

  it('of movies and old sounds have a folder and a name, which are set apart', async () => {
    expect(await found(strip(3, '//s', ['a.mkv']), ['s/a.mkv'])).toEqual(['SCscene //s/a.mkv: s/a.mkv']);
    expect(await found(strip(4, '//s/', ['a.wav']), ['s/a.wav'])).toEqual(['SCscene //s/a.wav: s/a.wav']);
    expect(await rewritten(strip(3, '//s/', ['a.mkv']), '//x/y/b.mkv')).toBe('//x/y/b.mkv');
    expect(await rewritten(strip(0, '//s/', ['a.png']), '//x/y/')).toBe('//x/y/');
  });

  it('with a sound of its own, metas and effects have no path', async () => {
    expect(await found(strip(4, '//s/', ['a.wav'], { sound: 1 }), ['s/a.wav'])).toEqual([]);
    expect(await found(strip(1, '//s/', ['a.wav']), ['s/a.wav'])).toEqual([]);
  });

  it('with several views in files of their own take all', async () => {
    const names = ['a_L.mkv', 'a_R.mkv', 'a.mkv'];
    expect(await found(strip(3, '//', ['a_L.mkv'], { flag: 1 << 29 }), names)).toEqual([
      'SCscene //a_L.mkv: a_L.mkv a_R.mkv',
    ]);
    expect(await found(strip(0, '//', ['a_R.mkv'], { flag: 1 << 29 }), names)).toEqual(['SCscene //: a_L.mkv a_R.mkv']);
  });

  it('have proxies when these are asked for', async () => {
    const blocks = strip(3, '//s/', ['a.mkv'], { flag: 1 << 15 });
    const names = ['s/a.mkv', 'proxies/a.mkv/proxy_50.avi', 'proxies/b.mkv/proxy_50.avi'];
    expect(await found(blocks, names)).toEqual(['SCscene //s/a.mkv: s/a.mkv']);
    expect(await found(blocks, names, { proxies: true })).toEqual([
      'SCscene //s/a.mkv: s/a.mkv',
      'SCscene //proxies/: proxies/a.mkv/proxy_50.avi',
    ]);
  });
});

describe('caches', () => {
  const cache = (values: object, name = 'Cu\xfc'): BlockSpec[] => [
    datablock('OB', 'Object', name),
    data('PointCache', { index: 1, ...values }),
  ];
  const names = [
    ...['blendcache_shot/4375FC_000001_01.bphys', 'blendcache_shot/4375FFFFFFFC_-00001_01.vdb'],
    ...[
      'blendcache_shot/4375FC_000001_00.bphys',
      'blendcache_shot/4375_000001_01.bphys',
      'blendcache_shot/4375FC.bphys',
    ],
    ...['blendcache_shot/n+_000001_01.bphys', 'blendcache_shot/nn_000001_01.bphys', 'ext/n+_000001.bphys'],
  ];

  it('of points lie beside the file, by the name of the object and the number of the cache', async () => {
    expect(await found(cache({ flag: 65 }), names)).toEqual([
      'OBCu\\xfc //blendcache_shot: blendcache_shot/4375FC_000001_01.bphys blendcache_shot/4375FFFFFFFC_-00001_01.vdb',
    ]);
    expect(await found(cache({ flag: 65, name: 'n+' }), names)).toEqual([
      'OBCu\\xfc //blendcache_shot: blendcache_shot/n+_000001_01.bphys',
    ]);
  });

  it('are missed when they were baked, and not when they are in memory or were never baked', async () => {
    expect(await found(cache({ flag: 65 }), [])).toEqual(['OBCu\\xfc //blendcache_shot: missing']);
    expect(await found(cache({ flag: 64 }), [])).toEqual(['OBCu\\xfc //blendcache_shot: absent']);
    expect(await found(cache({ flag: 1 }), names)).toEqual([]);
    expect(await found(cache({ flag: 65 | 4096 }), names)).toEqual([]);
  });

  it('from elsewhere have a path that can be set; those beside the file have none', async () => {
    const external = cache({ flag: 512, index: -1, name: 'n+', path: '//ext' });
    expect(await found(external, names)).toEqual(['OBCu\\xfc //ext: ext/n+_000001.bphys']);
    expect(await rewritten(external, '//other/')).toBe('//other/');
    await expect(rewritten(cache({ flag: 65 }), '//other')).rejects.toThrow(TypeError);
  });

  it('of fluids are the folders that Mantaflow makes', async () => {
    const fluid = (flag: number): BlockSpec[] => [
      datablock('OB', 'Object', 'o'),
      data('FluidDomainSettings', { cache_directory: '//', cache_flag: flag }),
    ];
    const files = ['data/f_0001.vdb', 'mesh/m/f.obj', 'shot2.blend', 'tex/data/a.png'];
    expect(await found(fluid(2), files)).toEqual(['OBo //: data/f_0001.vdb mesh/m/f.obj']);
    expect(await found(fluid(0), [])).toEqual(['OBo //: absent']);
    expect(await found(fluid(2), [])).toEqual(['OBo //: missing']);
  });

  it('of geometry nodes are the folders of those bakes that are on disk', async () => {
    const packed = data('NodesModifierPackedBake', {});
    const [folder, own] = [raw('//bakes'), raw('//own')];
    const bakes = data('NodesModifierBake', [
      { id: 7, directory: own.address },
      { id: 8, packed: packed.address },
      { id: 9, flag: 2, directory: own.address },
    ]);
    const modifier = data('NodesModifierData', { simulation_bake_directory: folder.address, bakes: bakes.address });
    const blocks = [datablock('OB', 'Object', 'o'), modifier, folder, bakes, own, packed];
    const files = [
      'bakes/7/meta/1.json',
      'bakes/7/blobs/1.blob',
      'bakes/8/meta/1.json',
      'bakes/9/meta/1.json',
      'own/meta/1.json',
    ];
    expect(await found(blocks, [...files, 'own/other.txt'])).toEqual([
      'OBo //bakes: bakes/7/blobs/1.blob bakes/7/meta/1.json',
      'OBo //own: own/meta/1.json',
    ]);
    const longer = `//${'x'.repeat(2000)}`;
    expect(await rewritten(blocks, longer)).toBe(longer);
  });
});

it('fonts, texts and volumes: <builtin>, internal texts and empty paths are no assets', async () => {
  const [text, empty] = [raw('//notes.txt'), raw('')];
  const blocks = [
    datablock('VF', 'VFont', 'b', { name: '<builtin>' }),
    datablock('VF', 'VFont', 'f', { name: '//f.ttf' }),
    ...[datablock('TX', 'Text', 'internal'), datablock('TX', 'Text', 't', { name: text.address }), text],
    ...[datablock('TX', 'Text', 'e', { name: empty.address }), empty],
    datablock('VO', 'Volume', 'empty'),
    datablock('VO', 'Volume', 's', { filepath: '//v_01.vdb', is_sequence: 1 }),
    datablock('VO', 'Volume', 'v', { filepath: '//v_01.vdb' }),
  ];
  expect(await found(blocks, ['f.ttf', 'notes.txt', 'v_01.vdb', 'v_02.vdb', 'v_01_a.vdb'])).toEqual([
    'VFf //f.ttf: f.ttf',
    'TXt //notes.txt: notes.txt',
    'VOs //v_01.vdb: v_01.vdb v_02.vdb',
    'VOv //v_01.vdb: v_01.vdb',
  ]);
  expect(await rewritten(blocks.slice(2), '//elsewhere/notes.txt')).toBe('//elsewhere/notes.txt');
});

it('blocks that belong to no datablock are passed over', async () => {
  expect(await found([{ code: 'GLOB', struct: 'VFont', values: { name: '//f.ttf' } }], ['f.ttf'])).toEqual([]);
});
