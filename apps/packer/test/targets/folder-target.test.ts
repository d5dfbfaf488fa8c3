import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { FolderTarget } from '../../src/targets/folder-target.ts';
import { PackTargetInvalidError } from '../../src/targets/target-errors.ts';
import { noise, pieceEntry, sendAll } from '../support/target-harness.ts';

const small = pieceEntry('a/small.txt', Buffer.from('small'));
const large = pieceEntry('a/b/large.bin', noise('large', 700_001));
const empty = pieceEntry('empty', Buffer.alloc(0));

describe('FolderTarget', () => {
  it('writes every file as it is, readable by others, and the closing files after all of them', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'new/pack');
    const { done, sentBytes, doneBeforeClosing, sent } = await sendAll(new FolderTarget({ path }), [
      small,
      large,
      empty,
    ]);
    expect(doneBeforeClosing).toBe(3);
    expect(sent.location).toBe(path);
    expect(sentBytes).toBe(5 + 700_001 + 'info{}'.length);
    expect(done.get('a/b/large.bin')).toEqual({ how: 'sent', sizeBytes: 700_001 });
    expect(await readFile(join(path, 'a/small.txt'), 'utf8')).toBe('small');
    expect((await readFile(join(path, 'a/b/large.bin'))).equals(noise('large', 700_001))).toBe(true);
    expect((await stat(join(path, 'empty'))).size).toBe(0);
    expect((await stat(join(path, 'a/small.txt'))).mode & 0o611).toBe(0o600);
    expect((await readdir(path)).sort()).toEqual(['a', 'empty', 'pack-info.txt', 'pack-manifest.json']);
  });

  it('leaves no part of a file behind, and begins nothing more, when it is aborted', async () => {
    await using directory = await temporaryDirectory();
    const controller = new AbortController();
    const onPiece = (at: number): void => {
      if (at > 0) controller.abort(new Error('enough'));
    };
    const broken = pieceEntry('large.bin', noise('large', 700_001), { onPiece });
    const later = pieceEntry('later.bin', noise('later', 700_001));
    const target = new FolderTarget({ path: directory.path });
    await expect(sendAll(target, [broken, later], { signal: controller.signal, concurrency: 1 })).rejects.toThrow(
      'enough',
    );
    expect(await readdir(directory.path)).toEqual([]);
  });

  it('leaves the old file where a new one breaks off', async () => {
    await using directory = await temporaryDirectory();
    await writeFile(join(directory.path, 'large.bin'), 'old');
    const bytes = noise('large', 700_001);
    const cut = { ...pieceEntry('large.bin', bytes.subarray(0, 300_000)), sizeBytes: bytes.length };
    await expect(sendAll(new FolderTarget({ path: directory.path }), [cut])).rejects.toThrow(/expected 700001 bytes/);
    expect(await readdir(directory.path)).toEqual(['large.bin']);
    expect(await readFile(join(directory.path, 'large.bin'), 'utf8')).toBe('old');
  });

  it('refuses to write onto a file that is packed, also through a link', async () => {
    await using directory = await temporaryDirectory();
    const project = join(directory.path, 'project');
    await mkdir(project);
    await writeFile(join(project, 'a.txt'), 'original');
    await symlink('project', join(directory.path, 'link'));
    const entry = { ...pieceEntry('a.txt', Buffer.from('rewritten')), source: Buffer.from(join(project, 'a.txt')) };
    const target = new FolderTarget({ path: join(directory.path, 'link') });
    await expect(sendAll(target, [entry])).rejects.toThrow(PackTargetInvalidError);
    expect(await readFile(join(project, 'a.txt'), 'utf8')).toBe('original');
  });

  it('refuses a file in the place of the folder', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'pack');
    await writeFile(path, 'a file');
    await expect(sendAll(new FolderTarget({ path }), [small])).rejects.toThrow(PackTargetInvalidError);
  });
});
