import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { runProgram, skipWithout, temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import {
  BlendCompressionInvalidError,
  BlendEditConflictError,
  BlendEdits,
  FieldKindMismatchError,
  FieldValueTooLongError,
  FileBlockInvalidError,
  openBlendFile,
  rewriteBlendFile,
  saveBlendFile,
} from '../../src/index.ts';
import { compressZstd } from '../../src/testing/index.ts';
import { collect } from '../support/collect.ts';
import { smallScene } from '../support/small-scene.ts';
import { variants } from '../support/variants.ts';

const storings = [
  { name: 'plain', store: (content: Uint8Array) => content },
  { name: 'gzip', store: (content: Uint8Array) => gzipSync(content) },
  { name: 'zstd with a seek table', store: (content: Uint8Array) => compressZstd(content, 250) },
  { name: 'zstd as one frame', store: (content: Uint8Array) => zstdCompressSync(content) },
];
const { header } = variants[2]!;
const scene = smallScene(header);
const path = Buffer.from('//other/bücher.png', 'latin1');

describe.each(storings)('rewriting a file that is $name', ({ store }) => {
  it.each(variants)('changes the fields and nothing else: $name', async ({ header }) => {
    const content = smallScene(header);
    await using file = await openBlendFile(store(content));
    const image = await file.view(file.blocks.firstWithCode('IM'));
    const cube = await file.view(file.blocks.firstWithCode('OB'));
    const edits = new BlendEdits(file);
    edits.setBytes(image, 'filepath', path);
    edits.setNumber(cube, 'flags', -9, 1);
    edits.setNumber(cube, 'big', 2n ** 62n);
    edits.setNumber(cube, 'loc[0]', 0.25);
    await using after = await openBlendFile(await collect(rewriteBlendFile(file, edits)));
    expect(after.compression).toBe(file.compression);
    const newCube = await after.view(after.blocks.firstWithCode('OB'));
    expect(newCube.get('flags')).toEqual([-3, -9]);
    expect(newCube.bigint('big')).toBe(2n ** 62n);
    expect(newCube.number('loc')).toBe(0.25);
    const newContent = Buffer.from(await after.content.read(0, after.content.sizeBytes));
    const touched = newContent.reduce((sum, byte, at) => sum + (byte === content[at] ? 0 : 1), 0);
    expect(newContent).toHaveLength(content.length);
    expect(touched).toBeGreaterThan(4);
    expect(touched).toBeLessThan(64 + 2 + 8 + 4);
    const newImage = await after.view(after.blocks.firstWithCode('IM'));
    expect(Buffer.from(newImage.bytes('filepath'))).toEqual(path);
    expect(
      newImage
        .raw('filepath')
        .subarray(path.length)
        .every((byte) => byte === 0),
    ).toBe(true);
  });

  it('puts longer and shorter texts behind a pointer', async () => {
    await using file = await openBlendFile(store(scene));
    const image = await file.view(file.blocks.firstWithCode('IM'));
    for (const text of ['a much longer text than the one that was there before', 'x', '']) {
      const edits = new BlendEdits(file);
      await edits.replaceText(file.target(image, 'comment'), Buffer.from(text));
      await using after = await openBlendFile(await collect(rewriteBlendFile(file, edits)));
      const newImage = await after.view(after.blocks.firstWithCode('IM'));
      const body = await after.readBody(after.target(newImage, 'comment'));
      expect(Buffer.from(body).toString().replace(/\0+$/, '')).toBe(text);
      expect(body.length % 4).toBe(0);
      expect(after.blocks.length).toBe(file.blocks.length);
    }
  });

  it('gives the same bytes for the same edits, and the very file without edits', async () => {
    const stored = store(scene);
    await using file = await openBlendFile(stored);
    expect(Buffer.from(await collect(rewriteBlendFile(file, new BlendEdits(file))))).toEqual(Buffer.from(stored));
    const image = await file.view(file.blocks.firstWithCode('IM'));
    const edits = new BlendEdits(file);
    edits.setBytes(image, 'filepath', path);
    const first = await collect(rewriteBlendFile(file, edits));
    expect(Buffer.from(await collect(rewriteBlendFile(file, edits)))).toEqual(Buffer.from(first));
    const pieces: Uint8Array[] = [];
    const buffer = new Uint8Array(100);
    for await (const piece of rewriteBlendFile(file, edits, { buffer })) pieces.push(Uint8Array.from(piece));
    expect(Buffer.concat(pieces)).toEqual(Buffer.from(first));
  });

  it('saves over the file that it reads from', async () => {
    await using folder = await temporaryDirectory();
    const target = join(folder.path, 'a.blend');
    await writeFile(target, store(scene));
    await using file = await openBlendFile(target);
    const edits = new BlendEdits(file);
    edits.setText(await file.view(file.blocks.firstWithCode('IM')), 'filepath', '//neu.png');
    const { sizeBytes } = await saveBlendFile(file, edits, target, { durability: 'none' });
    expect((await stat(target)).size).toBe(sizeBytes);
    await using after = await openBlendFile(target);
    expect((await after.view(after.blocks.firstWithCode('IM'))).text('filepath')).toBe('//neu.png');
  });

  it('leaves the old file when it is aborted', async () => {
    await using folder = await temporaryDirectory();
    const target = join(folder.path, 'a.blend');
    await writeFile(target, 'old');
    await using file = await openBlendFile(store(scene));
    const edits = new BlendEdits(file);
    edits.setText(await file.view(file.blocks.firstWithCode('IM')), 'filepath', '//neu.png');
    const reason = new Error('enough');
    await expect(saveBlendFile(file, edits, target, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await readFile(target, 'utf8')).toBe('old');
  });
});

describe('BlendEdits', () => {
  it('never cuts a text', async () => {
    await using file = await openBlendFile(scene);
    const image = await file.view(file.blocks.firstWithCode('IM'));
    const edits = new BlendEdits(file);
    edits.setBytes(image, 'filepath', Buffer.alloc(63, 'x'));
    const error = { neededBytes: 65, fieldBytes: 64, struct: 'Image', path: 'filepath' };
    expect(() => edits.setBytes(image, 'filepath', Buffer.alloc(64, 'x'))).toThrow(FieldValueTooLongError);
    expect(() => edits.setBytes(image, 'filepath', Buffer.alloc(64, 'x'))).toThrow(expect.objectContaining(error));
    expect(() => edits.setText(image, 'filepath', 'a\0b')).toThrow(RangeError);
  });

  it('refuses values that do not fit, and fields of another kind', async () => {
    await using file = await openBlendFile(scene);
    const cube = await file.view(file.blocks.firstWithCode('OB'));
    const edits = new BlendEdits(file);
    expect(() => edits.setNumber(cube, 'flags', 40_000)).toThrow(RangeError);
    expect(() => edits.setNumber(cube, 'flags', 1.5)).toThrow(RangeError);
    expect(() => edits.setNumber(cube, 'flags', 1, 2)).toThrow(RangeError);
    expect(() => edits.setNumber(cube, 'parent', 1)).toThrow(FieldKindMismatchError);
    expect(() => edits.setText(cube, 'loc', 'x')).toThrow(FieldKindMismatchError);
    await expect(edits.replaceBody(cube.block, Buffer.from('x'))).rejects.toThrow(FileBlockInvalidError);
    expect(edits.isEmpty).toBe(true);
  });

  it('refuses a text where a pointer leads nowhere, and one in place of what is no data', async () => {
    await using file = await openBlendFile(scene);
    const image = await file.view(file.blocks.firstWithCode('IM'));
    const edits = new BlendEdits(file);
    const nowhere = file.target(image, 'id.properties');
    expect(nowhere).toBe(-1);
    for (const block of [nowhere, file.blocks.firstWithCode('DNA1'), file.blocks.firstWithCode('ENDB')])
      await expect(edits.replaceText(block, Buffer.from('x'))).rejects.toThrow(FileBlockInvalidError);
    expect(edits.isEmpty).toBe(true);
  });

  it('takes the last value of a field', async () => {
    await using file = await openBlendFile(scene);
    const cube = await file.view(file.blocks.firstWithCode('OB'));
    const edits = new BlendEdits(file);
    edits.setNumber(cube, 'layer', 1);
    edits.setNumber(cube, 'layer', 2);
    expect(edits.sorted().map(({ inserted }) => [...inserted])).toEqual([[2]]);
  });

  it('refuses edits that overlap', async () => {
    await using file = await openBlendFile(scene);
    const image = await file.view(file.blocks.firstWithCode('IM'));
    const block = file.target(image, 'comment');
    const pair = await file.view(block, { struct: file.dna.findStruct('Pair') });
    const edits = new BlendEdits(file);
    edits.setNumber(pair, 'second', 1);
    expect(edits.sorted()).toHaveLength(1);
    await edits.replaceBody(block, Buffer.from('abcd'));
    expect(() => edits.sorted()).toThrow(BlendEditConflictError);
    await expect(collect(rewriteBlendFile(file, edits))).rejects.toThrow(BlendEditConflictError);
  });
});

describe('a rewritten zstd file', () => {
  it('keeps the frames that nothing touches, byte for byte', async () => {
    const stored = compressZstd(scene, 250);
    await using file = await openBlendFile(stored);
    const edits = new BlendEdits(file);
    edits.setNumber(await file.view(file.blocks.firstWithCode('OB')), 'layer', 5);
    const after = await collect(rewriteBlendFile(file, edits));
    const count = Math.ceil(scene.length / 250);
    let same = 0;
    for (let at = 0; at < count; at += 1) {
      const frame = zstdFrame(stored, at);
      if (Buffer.from(after).includes(frame)) same += 1;
    }
    expect(same).toBe(count - 1);
  });

  it('is made without a look at the other frames, where an earlier opening has found what is in the file', async () => {
    const stored = compressZstd(scene, 250);
    await using file = await openBlendFile(stored);
    const last = Math.floor(file.blocks.headerOffset(file.blocks.length - 1) / 250);
    const broken = Uint8Array.from(stored);
    zstdFrame(broken, last).fill(0xff, 4);
    await expect(openBlendFile(broken)).rejects.toThrow(BlendCompressionInvalidError);
    await using again = await openBlendFile(broken, { index: file });
    const edits = new BlendEdits(again);
    const block = again.blocks.firstWithCode('OB');
    edits.setNumber(await again.view(block), 'layer', 5);
    const after = await collect(rewriteBlendFile(again, edits));
    expect([...zstdFrame(after, last)]).toEqual([...zstdFrame(broken, last)]);
    zstdFrame(after, last).set(zstdFrame(stored, last));
    await using mended = await openBlendFile(after);
    expect((await mended.view(block)).number('layer')).toBe(5);
  });

  it('is what zstd takes for a whole file', async (test) => {
    await using folder = await temporaryDirectory();
    await using file = await openBlendFile(compressZstd(scene, 250));
    const edits = new BlendEdits(file);
    edits.setText(await file.view(file.blocks.firstWithCode('IM')), 'filepath', '//neu.png');
    const after = await collect(rewriteBlendFile(file, edits));
    expect(zstdDecompressSync(after)).toHaveLength(scene.length);
    const target = join(folder.path, 'a.zst');
    await writeFile(target, after);
    const result = (await runProgram('zstd', ['--test', '--quiet', target])) ?? skipWithout(test, 'zstd');
    expect(result).toMatchObject({ code: 0 });
  });
});

function zstdFrame(stored: Uint8Array, frame: number): Uint8Array {
  const view = new DataView(stored.buffer, stored.byteOffset, stored.length);
  const count = view.getUint32(stored.length - 9, true);
  const table = stored.length - 9 - count * 8;
  let start = 0;
  for (let at = 0; at < frame; at += 1) start += view.getUint32(table + at * 8, true);
  return stored.subarray(start, start + view.getUint32(table + frame * 8, true));
}

describe('compressing on the way', () => {
  it.each([
    [304, 'zstd'],
    [279, 'gzip'],
  ])('makes of a plain file of version %d one with %s, with the edits in it', async (version, compression) => {
    const plain = smallScene({ ...header, formatVersion: 0, version });
    await using file = await openBlendFile(plain);
    const edits = new BlendEdits(file);
    edits.setBytes(await file.view(file.blocks.firstWithCode('IM')), 'filepath', path);
    const stored = await collect(rewriteBlendFile(file, edits, { compress: true }));
    await using after = await openBlendFile(stored);
    expect(after.compression).toBe(compression);
    const image = await after.view(after.blocks.firstWithCode('IM'));
    expect(Buffer.from(image.bytes('filepath'))).toEqual(path);
    expect(await collect(rewriteBlendFile(file, edits, { compress: true }))).toEqual(stored);
  });

  it('leaves a compressed file as it is', async () => {
    const stored = compressZstd(scene, 250);
    await using file = await openBlendFile(stored);
    const after = await collect(rewriteBlendFile(file, new BlendEdits(file), { compress: true }));
    expect(Buffer.from(after)).toEqual(Buffer.from(stored));
  });
});
