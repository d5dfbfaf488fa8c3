import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram, skipWithout, temporaryDirectory, tierCount } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { type Entry, openPromise } from 'yauzl';
import { ZipTarget } from '../../src/targets/zip-target.ts';
import { noise, pieceEntry, sendAll } from '../support/target-harness.ts';

async function entriesOf(path: string): Promise<{ entry: Entry; bytes: Buffer }[]> {
  const zip = await openPromise(path, { autoClose: false, lazyEntries: true });
  const found: { entry: Entry; bytes: Buffer }[] = [];
  for await (const entry of zip.eachEntry()) {
    const pieces = (await Array.fromAsync(await zip.openReadStreamPromise(entry))) as Buffer[];
    found.push({ entry, bytes: Buffer.concat(pieces) });
  }
  zip.close();
  return found;
}

const text = Buffer.from('very much alike '.repeat(10_000));
const entries = [
  pieceEntry('tex/näme.png', noise('png', 200_000)),
  pieceEntry('notes.txt', text),
  pieceEntry('empty.txt', Buffer.alloc(0)),
];

describe('ZipTarget', () => {
  it('has all files in order with their bytes, the compressible ones deflated, readable for all', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'new/pack.zip');
    const { done, doneBeforeClosing } = await sendAll(new ZipTarget({ path }), entries);
    expect(doneBeforeClosing).toBe(3);
    expect(done.get('notes.txt')).toMatchObject({ how: 'sent', sizeBytes: text.length });
    expect(done.get('notes.txt')?.sha256).toMatch(/^[0-9a-f]{64}$/);
    const found = await entriesOf(path);
    const names = ['tex/näme.png', 'notes.txt', 'empty.txt', 'pack-info.txt', 'pack-manifest.json'];
    expect(found.map(({ entry }) => entry.fileName)).toEqual(names);
    expect(found[0]?.bytes.equals(noise('png', 200_000))).toBe(true);
    expect(found[1]?.bytes.equals(text)).toBe(true);
    expect(found.map(({ entry }) => entry.compressionMethod)).toEqual([0, 8, 8, 8, 8]);
    expect(found.map(({ entry }) => entry.externalFileAttributes >>> 16)).toEqual(Array(5).fill(0o100644));
  });

  it('gives the same bytes each time', async () => {
    await using directory = await temporaryDirectory();
    const [first, second] = ['1.zip', '2.zip'].map((name) => join(directory.path, name));
    await sendAll(new ZipTarget({ path: first ?? '' }), entries);
    await sendAll(new ZipTarget({ path: second ?? '' }), entries);
    expect((await readFile(first ?? '')).equals(await readFile(second ?? ''))).toBe(true);
  });

  it('leaves the old ZIP, and nothing else, when it is aborted', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'pack.zip');
    await writeFile(path, 'old');
    const controller = new AbortController();
    const onPiece = (at: number): void => {
      if (at > 100_000) controller.abort(new Error('enough'));
    };
    const broken = pieceEntry('a.png', noise('a', 500_000), { onPiece });
    await expect(sendAll(new ZipTarget({ path }), [broken], { signal: controller.signal })).rejects.toThrow('enough');
    expect(await readdir(directory.path)).toEqual(['pack.zip']);
    expect(await readFile(path, 'utf8')).toBe('old');
  });

  it('says what went wrong with a file, and leaves nothing', async () => {
    await using directory = await temporaryDirectory();
    const onPiece = (at: number): void => {
      if (at > 100_000) throw new Error('the disk is broken');
    };
    const broken = pieceEntry('a.png', noise('a', 500_000), { onPiece });
    const target = new ZipTarget({ path: join(directory.path, 'pack.zip') });
    await expect(sendAll(target, [broken])).rejects.toThrow('the disk is broken');
    expect(await readdir(directory.path)).toEqual([]);
  });

  it('is what unzip takes for a sound ZIP', async (test) => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'pack.zip');
    await sendAll(new ZipTarget({ path }), entries);
    const checked = await runProgram('unzip', ['-t', path]);
    if (checked === undefined) return skipWithout(test, 'unzip is not installed');
    expect(checked.stdout).toContain('No errors detected');
  });

  // Half a minute of zeros: each night.
  it.each(Array<number>(tierCount({ push: 0, nightly: 1 })).fill(2 ** 32 + 5))(
    'says in the way of ZIP64 that a file has %d bytes',
    async (sizeBytes) => {
      await using directory = await temporaryDirectory();
      const path = join(directory.path, 'pack.zip');
      const zeros = {
        ...pieceEntry('zeros.txt', Buffer.alloc(0)),
        sizeBytes,
        async *open() {
          const piece = Buffer.alloc(2 ** 20);
          for (let at = 0; at < sizeBytes; at += piece.length)
            yield await Promise.resolve(piece.subarray(0, Math.min(piece.length, sizeBytes - at)));
        },
      };
      await sendAll(new ZipTarget({ path }), [zeros, ...entries]);
      const zip = await openPromise(path, { autoClose: false, lazyEntries: true });
      const found = await Array.fromAsync(zip.eachEntry(), ({ fileName, uncompressedSize }) => [
        fileName,
        uncompressedSize,
      ]);
      zip.close();
      expect(found.slice(0, 2)).toEqual([
        ['zeros.txt', sizeBytes],
        ['tex/näme.png', 200_000],
      ]);
    },
  );
});
