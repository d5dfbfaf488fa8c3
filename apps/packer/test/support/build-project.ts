import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type BlockSpec, buildBlendFile, compressZstd } from '@waybill/blendfile/testing';
import { noise } from './target-harness.ts';

/** What the tests need of the structs of Blender 3.4. */
const STRUCTS = {
  Library_Runtime: ['void *name_map'],
  ID: ['void *next', 'void *prev', 'ID *newid', 'Library *lib', 'char name[66]', 'short flag', 'int tag', 'int us'],
  PackedFile: ['int size', 'int seek', 'void *data'],
  Library: [
    'ID id',
    'void *filedata',
    'char name[1024]',
    'char filepath_abs[1024]',
    'Library *parent',
    'PackedFile *packedfile',
  ],
  Image: ['ID id', 'char name[1024]', 'PackedFile *packedfile', 'short source', 'short type', 'int flag'],
} as const;

export interface FakeBlend {
  /** Stored paths of images, by datablock. Latin-1: a test can say any byte. */
  images?: Readonly<Record<string, string>>;
  /** Stored paths of libraries, each with the images that are linked from it. */
  libraries?: Readonly<Record<string, { path: string; images: readonly string[] }>>;
  /** Default: not compressed. */
  compression?: 'zstd';
  /** More bytes, that no compression makes smaller. */
  padBytes?: number;
}

/** A .blend file with images and libraries, such as Blender 3.4 writes. */
export function buildBlend({ images = {}, libraries = {}, compression, padBytes = 0 }: FakeBlend): Uint8Array {
  let address = 0x1000n;
  const next = (): bigint => (address += 0x1000n);
  const text = (value: string): Uint8Array => Buffer.from(value, 'latin1');
  const blocks: BlockSpec[] = Object.entries(images).map(([name, path]) => ({
    ...{ code: 'IM', struct: 'Image', address: next() },
    values: { 'id.name': `IM${name}`, 'id.us': 1, name: text(path), source: 1 },
  }));
  for (const [name, { path, images: linked }] of Object.entries(libraries)) {
    const library = next();
    const values = { 'id.name': `LI${name}`, 'id.us': 1, name: text(path) };
    blocks.push({ code: 'LI', struct: 'Library', address: library, values });
    for (const image of linked)
      blocks.push({ code: 'ID', struct: 'ID', address: next(), values: { name: `IM${image}`, lib: library, us: 1 } });
  }
  if (padBytes > 0) blocks.push({ code: 'TEST', address: next(), body: noise('padding', padBytes) });
  const bytes = buildBlendFile({ structs: STRUCTS, blocks });
  return compression === 'zstd' ? compressZstd(bytes) : bytes;
}

/** Files below a folder: texts, bytes, or .blend files. */
export type FakeProject = Readonly<Record<string, string | Uint8Array | FakeBlend>>;

export async function writeProject(folder: string, project: FakeProject): Promise<void> {
  for (const [place, content] of Object.entries(project)) {
    const path = join(folder, place);
    await mkdir(dirname(path), { recursive: true });
    const isPlain = typeof content === 'string' || content instanceof Uint8Array;
    await writeFile(path, isPlain ? content : buildBlend(content));
  }
}

/**
 *     project/shot.blend       -> textures/a.png, by an absolute path textures/b.png, ../shared/c.png, ../lib/lib.blend
 *     lib/lib.blend (zstd)     -> tex/d.png beside it, ../project/textures/a.png
 */
export function sampleProject(folder: string): FakeProject {
  return {
    'project/shot.blend': {
      images: { a: '//textures/a.png', b: `${folder}/project/textures/b.png`, c: '//../shared/c.png' },
      libraries: { lib: { path: '//../lib/lib.blend', images: ['d', 'e'] } },
    },
    'project/textures/a.png': noise('a', 20_000),
    'project/textures/b.png': noise('b', 300_000),
    'project/textures/not-needed.png': 'nobody refers to it',
    'shared/c.png': noise('c', 1000),
    'lib/lib.blend': {
      images: { d: '//tex/d.png', e: '//../project/textures/a.png' },
      compression: 'zstd',
      padBytes: 100_000,
    },
    'lib/tex/d.png': noise('d', 2000),
  };
}

/** Of `sampleProject` packed: all files, the small ones of the pack itself included. */
export const SAMPLE_PLACES = [
  '_outside_project/lib/lib.blend',
  '_outside_project/lib/tex/d.png',
  '_outside_project/shared/c.png',
  'pack-info.txt',
  'pack-manifest.json',
  'shot.blend',
  'textures/a.png',
  'textures/b.png',
];
