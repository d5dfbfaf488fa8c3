import { readdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { runProgram, skipWithout, temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import {
  BlendCompressionInvalidError,
  BlendEdits,
  BlendFile,
  BlendFileError,
  BlendFileKindError,
  BlendFileTooLargeError,
  BlendFileTruncatedError,
  BlendHeaderInvalidError,
  type BlockVisitor,
  type Dna,
  openBlendFile,
  rewriteBlendFile,
  SdnaInvalidError,
} from '../src/index.ts';
import { buildBlendFile, compressZstd, encodeSdna } from '../src/testing/index.ts';
import { collect } from './support/collect.ts';
import { smallScene, smallSceneSpec } from './support/small-scene.ts';
import { variants } from './support/variants.ts';

const { header } = variants[2]!;
const scene = smallScene(header);

interface Storing {
  readonly name: string;
  readonly compression: string;
  readonly store: (content: Uint8Array) => Uint8Array;
  /** Of the seek table for frames of 500 bytes: where only bytes of it are missing, the content still is whole. */
  readonly spareBytes?: number;
}

const storings: readonly Storing[] = [
  { name: 'plain', compression: 'none', store: (content) => content },
  { name: 'gzip', compression: 'gzip', store: (content) => gzipSync(content) },
  { name: 'gzip in two members', compression: 'gzip', store: (content) => twice(content, gzipSync) },
  {
    name: 'zstd with a seek table',
    compression: 'zstd',
    store: (content) => compressZstd(content, 500),
    spareBytes: 17 + 8 * Math.ceil(scene.length / 500),
  },
  { name: 'zstd as one frame', compression: 'zstd', store: (content) => zstdCompressSync(content) },
  { name: 'zstd as two frames', compression: 'zstd', store: (content) => twice(content, zstdCompressSync) },
];

function twice(content: Uint8Array, compress: (part: Uint8Array) => Uint8Array): Uint8Array {
  const middle = content.length >>> 1;
  return Buffer.concat([compress(content.subarray(0, middle)), compress(content.subarray(middle))]);
}

async function describeFile(file: BlendFile): Promise<unknown> {
  const { blocks } = file;
  const all = Array.from({ length: blocks.length }, (_, block) => block);
  const bodies = await Promise.all(all.map(async (block) => Buffer.from(await file.readBody(block)).toString('hex')));
  return all.map((block) => [blocks.code(block), blocks.oldAddress(block), blocks.sdnaIndex(block), bodies[block]]);
}

describe.each(storings)('a file that is $name', ({ store, compression, spareBytes = 0 }) => {
  it.each(variants)('opens from bytes and from disk: $name', async ({ header }) => {
    await using folder = await temporaryDirectory();
    const content = smallScene(header);
    const path = join(folder.path, 'a.blend');
    await writeFile(path, store(content));
    await using plain = await openBlendFile(content);
    await using bytes = await openBlendFile(store(content));
    await using file = await openBlendFile(path);
    expect([bytes.compression, file.compression]).toEqual([compression, compression]);
    expect([bytes.name, file.name]).toEqual(['bytes', path]);
    expect(file.header).toEqual(header);
    const expected = await describeFile(plain);
    expect(await describeFile(bytes)).toEqual(expected);
    expect(await describeFile(file)).toEqual(expected);
  });

  it('is refused where it is cut, with the name of the file and an offset', async () => {
    const whole = store(scene);
    const step = Math.max(1, Math.floor(whole.length / 300));
    for (let length = 0; length < whole.length; length += step) {
      const cut = whole.subarray(0, length);
      const error: unknown = await openBlendFile(cut, { name: 'cut.blend' }).catch((error: unknown) => error);
      if (length >= whole.length - spareBytes && error instanceof BlendFile) {
        expect(error.content.sizeBytes).toBe(scene.length);
        continue;
      }
      expect(error, `${length}`).toBeInstanceOf(BlendFileError);
      expect(error).toMatchObject({ file: 'cut.blend' });
      expect((error as BlendFileError).offset).toBeGreaterThanOrEqual(0);
    }
  });

  it('shows a visitor the blocks that it wants', async () => {
    const seen: string[] = [];
    const visitor = (dna: Dna): BlockVisitor => {
      const material = dna.findStruct('Material')!;
      const name = material.field('id.name').offset;
      return {
        wants: (_code, sdnaIndex) => (sdnaIndex === material.index ? material.sizeBytes : 0),
        visit: (block, part, offset) => {
          seen.push(`${block} ${offset} ${Buffer.from(part.subarray(name, name + 6)).toString()}`);
        },
      };
    };
    await using file = await openBlendFile(store(scene), { visitor });
    expect(file.blocks.code(6)).toBe('MA');
    expect(seen).toEqual(['6 0 MAWood', '7 0 MAGlas']);
  });

  it('is opened with something behind its end, which a rewrite keeps', async () => {
    const content = Buffer.concat([scene, Buffer.alloc(700_000, 'behind the end')]);
    await using file = await openBlendFile(store(content));
    expect(file.blocks.endOffset).toBe(scene.length);
    expect(file.content.sizeBytes).toBe(content.length);
    expect((await file.view(file.blocks.firstWithCode('MA'))).text('id.name')).toBe('MAWood');
    const edits = new BlendEdits(file);
    edits.setNumber(await file.view(file.blocks.firstWithCode('MA')), 'id.us', 9);
    await using after = await openBlendFile(await collect(rewriteBlendFile(file, edits)));
    expect(Buffer.from(await after.content.read(content.length - 14, 14))).toEqual(content.subarray(-14));
  });

  it('is not opened after an abort, nor while it is made', async () => {
    const reason = new Error('enough');
    await using folder = await temporaryDirectory();
    const path = join(folder.path, 'a.blend');
    await writeFile(path, store(scene));
    for (const input of [path, store(scene)]) {
      await expect(openBlendFile(input, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      const controller = new AbortController();
      const opening = openBlendFile(input, { signal: controller.signal });
      controller.abort(reason);
      await expect(opening).rejects.toBe(reason);
    }
  });
});

describe('openBlendFile', () => {
  it('passes on what the system says', async () => {
    await expect(openBlendFile('/nowhere/a.blend')).rejects.toThrow(expect.objectContaining({ code: 'ENOENT' }));
  });

  it.skipIf(process.platform === 'win32')('opens a file at a path that is no UTF-8', async () => {
    await using folder = await temporaryDirectory();
    const path = Buffer.concat([Buffer.from(`${folder.path}/sh`), Buffer.from([0xf6]), Buffer.from('t.blend')]);
    await writeFile(path, scene);
    await using file = await openBlendFile({ path: Uint8Array.from(path) });
    expect(file.name).toBe(`${folder.path}/sh\uFFFDt.blend`);
    expect(file.blocks.length).toBeGreaterThan(5);
  });

  it('refuses what is no regular file, and does not wait for the writer of a pipe', async (test) => {
    await using folder = await temporaryDirectory();
    await expect(openBlendFile(folder.path)).rejects.toThrow(BlendFileKindError);
    await expect(openBlendFile(folder.path)).rejects.toThrow(/a \.blend file is needed$/);
    const pipe = join(folder.path, 'pipe');
    const made = await runProgram('mkfifo', [pipe]);
    if (made?.code !== 0) skipWithout(test, 'mkfifo');
    await symlink(pipe, join(folder.path, 'link'));
    await expect(openBlendFile(pipe)).rejects.toThrow(BlendFileKindError);
    await expect(openBlendFile(join(folder.path, 'link'))).rejects.toThrow(BlendFileKindError);
  });

  it.each([new Uint8Array(0), Buffer.from('BLEND'), Buffer.from('BLENDER-v279')])(
    'refuses a file of few bytes',
    async (bytes) => {
      await expect(openBlendFile(bytes)).rejects.toThrow(BlendFileTruncatedError);
    },
  );

  it('refuses other files', async () => {
    await expect(openBlendFile(Buffer.from('PK\x03\x04 a zip file'))).rejects.toThrow(BlendHeaderInvalidError);
    await expect(openBlendFile(gzipSync('a text that somebody compressed'))).rejects.toThrow(BlendHeaderInvalidError);
  });

  it('refuses a file without SDNA', async () => {
    const empty = Buffer.concat([Buffer.from('BLENDER-v279ENDB'), Buffer.alloc(20)]);
    await expect(openBlendFile(empty)).rejects.toThrow(SdnaInvalidError);
  });

  it('reads what was asked for and not the rest of a plain file', async () => {
    await using folder = await temporaryDirectory();
    const path = join(folder.path, 'large.blend');
    const spec = smallSceneSpec(header);
    const large = { code: 'DATA', address: 0x99n, body: new Uint8Array(4 * 1024 * 1024) };
    await writeFile(path, buildBlendFile({ ...spec, blocks: [large, large, ...spec.blocks, large, large] }));
    const before = process.resourceUsage().fsRead + readBytes();
    await using file = await openBlendFile(path);
    const wood = await file.view(file.blocks.firstWithCode('MA'));
    expect(wood.text('id.name')).toBe('MAWood');
    expect(process.resourceUsage().fsRead + readBytes() - before).toBeLessThan(2 * 1024 * 1024);
  });

  it('takes the first SDNA of several, and shows a visitor no blocks by another one', async () => {
    const other = encodeSdna({ Other: ['int x'] }, header);
    const bytes = buildBlendFile({ header, structs: {}, blocks: [{ code: 'DNA1', body: other }] });
    await using file = await openBlendFile(bytes);
    expect([...file.dna.structs()].map(({ name }) => name)).toEqual(['Other']);
    const visitor = (): BlockVisitor => ({ wants: () => 0, visit: () => undefined });
    await expect(openBlendFile(bytes, { visitor })).rejects.toThrow(/more than one SDNA/);
  });

  it('notices a file that shrinks after it was opened', async () => {
    await using folder = await temporaryDirectory();
    const path = join(folder.path, 'a.blend');
    const spec = smallSceneSpec(header);
    // A smaller file would have been read as a whole.
    const large = { code: 'DATA', address: 0x99n, body: new Uint8Array(4 * 1024 * 1024) };
    await writeFile(path, buildBlendFile({ ...spec, blocks: [...spec.blocks, large] }));
    await using file = await openBlendFile(path);
    await truncate(path, 2000);
    await expect(file.readBody(file.blocks.find(0x99n))).rejects.toThrow(BlendFileTruncatedError);
  });

  it('keeps more than fits into memory in a file without a name', async () => {
    await using folder = await temporaryDirectory();
    const spec = smallSceneSpec(header);
    const large = { code: 'DATA', address: 0x99n, body: new Uint8Array(40 * 1024 * 1024) };
    const stored = gzipSync(buildBlendFile({ ...spec, blocks: [large, ...spec.blocks] }), { level: 1 });
    await using file = await openBlendFile(stored, { spoolDirectory: folder.path });
    expect(await readdir(folder.path)).toEqual([]);
    expect((await file.view(file.blocks.firstWithCode('OB'))).text('id.name')).toBe('OBCube');
    await expect(openBlendFile(stored, { maxContentBytes: 1024 * 1024 })).rejects.toThrow(BlendFileTooLargeError);
    expect(await readdir(folder.path)).toEqual([]);
  });

  it('gives up a stream that is no .blend file before it has spooled it', async () => {
    await using folder = await temporaryDirectory();
    const bomb = gzipSync(Buffer.concat([scene.subarray(0, 12), Buffer.alloc(60 * 1024 * 1024, 0xff)]), { level: 1 });
    const opening = openBlendFile(bomb, { spoolDirectory: join(folder.path, 'not there') });
    await expect(opening).rejects.toThrow(expect.objectContaining({ code: 'ERR_FILE_BLOCK_INVALID' }));
  });

  it('says where broken compression is', async () => {
    const gzip = gzipSync(scene);
    gzip.fill(0xaa, 200, 260);
    await expect(openBlendFile(gzip)).rejects.toThrow(BlendCompressionInvalidError);
    const zstd = compressZstd(scene, 1000);
    zstd.fill(0xaa, 8, 20);
    const error = { code: 'ERR_BLEND_COMPRESSION_INVALID', offset: 0 };
    await expect(openBlendFile(zstd)).rejects.toThrow(expect.objectContaining(error));
  });

  it('does not believe a seek table whose sizes are not those of the frames', async () => {
    const stored = Buffer.from(compressZstd(scene, scene.length));
    const contentSizeAt = stored.length - 9 - 4;
    stored.writeUInt32LE(stored.readUInt32LE(contentSizeAt) + 8, contentSizeAt);
    await expect(openBlendFile(stored)).rejects.toThrow(BlendCompressionInvalidError);
    stored.writeUInt32LE(scene.length - 8, contentSizeAt);
    await expect(openBlendFile(stored)).rejects.toThrow(BlendCompressionInvalidError);
  });

  it('reads a file without its seek table as a stream', async () => {
    const stored = compressZstd(scene, 700);
    const tableBytes = 17 + 8 * Math.ceil(scene.length / 700);
    await using file = await openBlendFile(stored.subarray(0, stored.length - tableBytes));
    expect([...file.blocks.withCode('OB')]).toEqual([1, 5]);
  });

  it('reads a file with a broken seek table as a stream', async () => {
    const stored = Buffer.from(compressZstd(scene, 700));
    const storedSizeAt = stored.length - 9 - 8;
    stored.writeUInt32LE(stored.readUInt32LE(storedSizeAt) + 1, storedSizeAt);
    await using file = await openBlendFile(stored);
    expect([...file.blocks.withCode('OB')]).toEqual([1, 5]);
  });

  it('refuses to give more than 64 MiB of one body at once, and gives it in parts', async () => {
    const large = { code: 'DATA', address: 0x99n, body: new Uint8Array(65 * 1024 * 1024).fill(7) };
    await using file = await openBlendFile(compressZstd(buildBlendFile({ structs: {}, blocks: [large] })));
    await expect(file.readBody(0)).rejects.toThrow(BlendFileTooLargeError);
    const part = await file.readBody(0, { offset: 3 * 1024 * 1024 - 5, lengthBytes: 10 });
    expect([...part]).toEqual([7, 7, 7, 7, 7, 7, 7, 7, 7, 7]);
  });
});

/** Bytes that this process has read with system calls; 0 where the system does not say. */
function readBytes(): number {
  try {
    return Number(/^rchar: ([0-9]+)$/m.exec(readFileSync('/proc/self/io', 'latin1'))?.[1]);
  } catch {
    return 0;
  }
}
