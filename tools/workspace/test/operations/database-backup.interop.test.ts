import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  hasS3Server,
  type PostgresServer,
  runProgram,
  type S3Server,
  type SkippableTest,
  skipWithout,
  startPostgres,
  startS3Server,
  temporaryDirectory,
  waitFor,
} from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { contentOf, createCheckout, lostFiles, storeAll } from '../images/farm.ts';
import { documented } from './documented.ts';
import { run, serve } from './programs.ts';

const FILES = 8;
const NEW_REGISTRY = /^psql .*\n/m;

/** Runs commands of the document as they stand, in a folder, on a database. */
async function perform(code: string, cwd: string, { url, programs }: PostgresServer): Promise<void> {
  const env = { ...process.env, URL: url, PATH: `${programs}:${process.env['PATH'] ?? ''}` };
  const result = await runProgram('sh', ['-euc', code], { cwd, env });
  expect(result?.code, result?.stderr).toBe(0);
}

async function database(test: SkippableTest): Promise<PostgresServer> {
  const started = await startPostgres({ programs: ['pg_dump', 'pg_restore', 'psql'] });
  return 'unavailable' in started ? skipWithout(test, `${started.unavailable} (Debian: postgresql)`) : started;
}

/** A shaman-server with a storage of its own, on a store and a database. */
async function serveOf(store: S3Server, { url }: PostgresServer, storage: string) {
  const blobs = `s3://${store.bucket}/shaman?endpoint=${encodeURIComponent(store.endpoint)}&region=us-east-1`;
  return await serve(storage, ['--blob-store', blobs], {
    AWS_ACCESS_KEY_ID: store.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: store.credentials.secretAccessKey,
    WAYBILL_SHAMAN_SERVER_DATABASE: url,
  });
}

/** Whether the checkout is in the folder of a server, byte for byte. */
function isCheckedOut(storage: string, checkout: string): boolean {
  return Array.from({ length: FILES }, (_, number) => number).every((number) => {
    const file = path.join(storage, 'jobs', checkout, `${number}.exr`);
    return existsSync(file) && readFileSync(file).equals(contentOf(number));
  });
}

it('a list of nodes is dumped and restored into another PostgreSQL by the commands of the document', async (test) => {
  await using directory = await temporaryDirectory();
  await using first = await database(test);
  await using second = await database(test);
  const nodes = (...args: string[]) => run('backfiller', 'nodes', ...args, '--base-dir', directory.path);
  const listOf = async ({ url }: PostgresServer): Promise<unknown> => {
    const listed = await nodes('list', '--node-database', url, '--json');
    expect(listed.code, listed.stderr).toBe(0);
    return JSON.parse(listed.stdout);
  };
  for (const name of ['north', 'south']) {
    const added = await nodes('add', `http://${name}:8000`, name, '--node-database', first.url);
    expect(added.code, added.stderr).toBe(0);
  }
  await perform(documented('backup.md', 'pg_dump'), directory.path, first);
  // Shamans have one more line: there is no such table here.
  await perform(documented('backup.md', 'pg_restore').replace(NEW_REGISTRY, ''), directory.path, second);
  const restored = await listOf(second);
  expect(restored).toHaveLength(2);
  expect(restored).toEqual(await listOf(first));
});

describe('what several shaman-servers share', () => {
  /** A checkout before the dump and one after it; the database is lost, and a restored one takes its place. */
  async function disaster(test: SkippableTest, restore: string) {
    await using stack = new AsyncDisposableStack();
    if (!hasS3Server()) skipWithout(test, 'versitygw is not installed (.ci/run installs it)');
    const directory = stack.use(await temporaryDirectory());
    const store = stack.use(await startS3Server());
    const storage = path.join(directory.path, 'a');
    {
      await using lost = await database(test);
      const { child, url } = await serveOf(store, lost, storage);
      await using _child = child;
      await storeAll(url, FILES, () => undefined);
      await createCheckout(url, 'film/before', FILES);
      await perform(documented('backup.md', 'pg_dump'), directory.path, lost);
      await createCheckout(url, 'film/after', FILES);
      child.kill('SIGTERM');
      expect((await child.exited).code).toBe(0);
    }
    const restored = stack.use(await database(test));
    await perform(restore, directory.path, restored);
    const { child, url } = await serveOf(store, restored, storage);
    stack.use(child);
    const kept = stack.move();
    return { storage, store, restored, url, [Symbol.asyncDispose]: () => kept.disposeAsync() };
  }

  it('is restored by the commands of the document: every file, and every checkout, those younger than the dump too', async (test) => {
    await using after = await disaster(test, documented('backup.md', 'pg_restore'));
    expect(await lostFiles(after.url, FILES)).toEqual([]);
    for (const checkout of ['film/before', 'film/after']) expect(isCheckedOut(after.storage, checkout)).toBe(true);
    const other = `${after.storage}-other`;
    const { child } = await serveOf(after.store, after.restored, other);
    await using _child = child;
    for (const checkout of ['film/before', 'film/after']) await waitFor(() => isCheckedOut(other, checkout));
  });

  it('takes younger checkouts for erased without the last of these commands', async (test) => {
    const restore = documented('backup.md', 'pg_restore');
    expect(restore).toMatch(NEW_REGISTRY);
    await using after = await disaster(test, restore.replace(NEW_REGISTRY, ''));
    expect(isCheckedOut(after.storage, 'film/before')).toBe(true);
    await waitFor(() => !existsSync(path.join(after.storage, 'jobs/film/after')));
  });
});
