import { readFileSync } from 'node:fs';
import { mkdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { blobFile, lostCheckouts, lostFiles } from '../crash/support/check-storage.ts';
import { startServerProcess } from '../crash/support/server-process.ts';
import { HttpCaller } from '../support/http-caller.ts';
import { definitionV3, testFile } from '../support/test-server.ts';
import type { TestFile } from '../support/test-server.ts';

const V3 = '/api/v3/shaman';
const DAY_SECONDS = 86_400;

interface Original {
  readonly title: string;
  /** Where its server puts a checkout, below the checkout root. */
  readonly checkoutPath: string;
  readonly absoluteLinks: boolean;
  /** Whether BAT has packed it. */
  readonly isPack?: boolean;
}

/** Spec section 1.3. */
const ORIGINALS: readonly Original[] = [
  { title: 'v2', checkoutPath: '42/job42', absoluteLinks: true },
  { title: 'v3', checkoutPath: 'shot-10-a1b2', absoluteLinks: false },
  { title: 'v3, in folders', checkoutPath: 'show/shots/10', absoluteLinks: false, isPack: true },
];

function filesOf(kind: string, count: number): TestFile[] {
  return Array.from({ length: count }, (_file, index) =>
    testFile(`d${index % 7}/${kind} ${index}`, `content of ${kind} ${index} `.repeat(1 + (index % 50))),
  );
}

async function write(path: string, content: Uint8Array, ageDays: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  const atSeconds = Date.now() / 1000 - ageDays * DAY_SECONDS;
  await utimes(path, atSeconds, atSeconds);
}

/** As an original writes it: not synced, and with uploads of a crash that nobody will ever end. */
async function layOut(storage: string, { checkoutPath, absoluteLinks, isPack = false }: Original) {
  const [shown, old, young] = [filesOf('shown', 600), filesOf('old', 200), filesOf('young', 200)];
  if (isPack) shown[0] = testFile('pack-info.txt', 'This is a Blender Asset Tracer pack.');
  for (const [files, ageDays] of [
    [shown, 400],
    [old, 400],
    [young, 1],
  ] as const)
    for (const file of files) await write(blobFile(storage, file), file.content, ageDays);
  for (const file of shown) {
    const link = join(storage, 'jobs', checkoutPath, file.path);
    const blob = blobFile(storage, file);
    await mkdir(dirname(link), { recursive: true });
    await symlink(absoluteLinks ? blob : relative(dirname(link), blob), link);
  }
  const [stuck] = filesOf('stuck', 1) as [TestFile];
  const upload = blobFile(storage, stuck).replace('/stored/', '/uploading/').replace('.blob', '-1804289383.tmp');
  await write(upload, stuck.content.subarray(0, 5), 400);
  return { shown, old, young, stuck };
}

describe.each(ORIGINALS)('the whole store of an original server of $title', (original) => {
  it('is taken over in place, while the server runs and answers', async () => {
    await using directory = await temporaryDirectory();
    const storage = join(directory.path, 'storage');
    await using server = await startServerProcess(storage, ['--no-gc', '--no-scrub']);
    using caller = new HttpCaller(server.url);
    const ours = filesOf('ours', 300);
    const upload = async ({ name, content }: TestFile) =>
      (await caller.call(`${V3}/files/${name}`, { method: 'POST', body: content })).status;
    const uploading = (async () => {
      for (const file of ours) expect(await upload(file)).toBe(204);
    })();
    const [{ shown, old, young, stuck }] = await Promise.all([layOut(storage, original), uploading]);

    const wanted = [...shown, ...young, ...ours, stuck];
    const { files } = await caller.json<{ files: unknown[] }>(`${V3}/checkout/requirements`, {
      files: definitionV3(wanted),
    });
    // It is not said to be uploading for ever.
    expect(files).toEqual([{ ...definitionV3([stuck])[0], status: 'unknown' }]);
    expect(await Promise.all([shown[0]!, old[0]!, young[0]!].map(upload))).toEqual([208, 208, 208]);
    expect(await upload(stuck)).toBe(204);
    const { checkoutPath: path } = await caller.json<{ checkoutPath: string }>(`${V3}/checkout/create`, {
      ...{ files: definitionV3(wanted), checkoutPath: 'ours' },
    });
    const theirs = { path: original.checkoutPath, files: shown };
    const checkouts = await caller.json<{ checkouts: { path: string; files: number }[] }>('/waybill/v1/checkouts');
    expect(checkouts.checkouts).toMatchObject(
      [
        { path: theirs.path, files: 600 },
        { path, files: wanted.length },
      ].sort((a, b) => (a.path < b.path ? -1 : 1)),
    );

    const report = await caller.json<{ deleted: { blobs: number }; problems: unknown[] }>('/waybill/v1/gc', {});
    // All but the one that was sent again a moment ago.
    expect(report).toMatchObject({ problems: [], deleted: { blobs: old.length - 1 } });
    expect(lostFiles(storage, [...wanted, old[0]!])).toEqual([]);
    expect(lostCheckouts(storage, [theirs, { path, files: wanted }])).toEqual([]);
    expect((await caller.call(`/waybill/v1/checkouts/${theirs.path}`, { method: 'DELETE' })).status).toBe(204);
    expect(lostFiles(storage, shown)).toEqual([]);
    expect(readFileSync(join(storage, 'jobs/ours', shown[0]!.path)).equals(shown[0]!.content)).toBe(true);
  });
});
