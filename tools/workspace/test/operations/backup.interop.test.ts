import { exec } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { temporaryDirectory } from '@waybill/test-kit';
import { expect, it } from 'vitest';
import { makeArchive } from '../images/bench.ts';
import { contentOf, createCheckout, lostFiles, storeAll } from '../images/farm.ts';
import { run, serve } from './programs.ts';

const FILES = 40;

/** As docs/operations/backup.md says: some folders, in this order, links as links. */
async function copy(from: string, to: string, folders: readonly string[]): Promise<void> {
  await mkdir(to, { recursive: true });
  const tar = promisify(exec);
  for (const folder of folders) await tar(`tar -C ${from} -c ${folder} | tar -C ${to} -x`);
}

it('a store that is copied while it is written to is restored with every file and checkout that was there at the start', async () => {
  await using directory = await temporaryDirectory();
  const [storage, restored] = [path.join(directory.path, 'storage'), path.join(directory.path, 'restored')];
  {
    const { child, url } = await serve(storage);
    await using _child = child;
    await storeAll(url, FILES, () => undefined);
    await createCheckout(url, 'film/shot', FILES);
    const more = storeAll(url, 4 * FILES, () => undefined);
    await copy(storage, restored, ['file-store/stored', 'jobs']);
    await more;
  }
  const scrubbed = await run('shaman-server', 'scrub', '--storage', restored, '--json');
  expect(scrubbed.code, scrubbed.stderr).toBe(0);
  for (let number = 0; number < FILES; number += 1)
    expect(readFileSync(path.join(restored, `jobs/film/shot/${number}.exr`)).equals(contentOf(number))).toBe(true);

  const { child, url } = await serve(restored);
  await using _child = child;
  expect(await lostFiles(url, FILES)).toEqual([]);
});

it('a restored store with one wrong byte is not taken for whole', async () => {
  await using directory = await temporaryDirectory();
  const [storage, restored] = [path.join(directory.path, 'storage'), path.join(directory.path, 'restored')];
  {
    const { child, url } = await serve(storage);
    await using _child = child;
    await storeAll(url, 3, () => undefined);
  }
  await copy(storage, restored, ['file-store/stored', 'jobs']);
  const [file = ''] = globSync('file-store/stored/**/*.blob', { cwd: restored });
  const bytes = readFileSync(path.join(restored, file));
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  writeFileSync(path.join(restored, file), bytes);
  expect((await run('shaman-server', 'scrub', '--storage', restored)).code).toBe(3);
});

it('an archive that is copied is whole to the last hash', async () => {
  await using directory = await temporaryDirectory();
  const [archive, restored] = [path.join(directory.path, 'archive'), path.join(directory.path, 'restored')];
  makeArchive(archive);
  await copy(archive, restored, ['.']);
  const verified = await run('backfiller', 'verify', 'example', '--base-dir', restored, '--json');
  expect(verified.code, verified.stderr).toBe(0);
  expect(verified.stdout).toContain('"checked":192');
});
