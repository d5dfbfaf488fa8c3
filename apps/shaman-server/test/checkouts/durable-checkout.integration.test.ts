import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { needStrace, parseTrace, spawnChild, temporaryDirectory } from '@waybill/test-kit';
import type { TracedCall } from '@waybill/test-kit';
import { expect, it } from 'vitest';

it('is synced folder by folder before it is renamed into place, and above before it is acknowledged', async (test) => {
  await needStrace(test);
  await using storage = await temporaryDirectory();
  const trace = join(storage.path, 'trace');
  const calls = 'trace=mkdir,mkdirat,symlink,symlinkat,rename,renameat,renameat2,fsync,write';
  await using child = await spawnChild(new URL('./fixtures/traced-checkout.ts', import.meta.url), [storage.path], {
    wrapper: ['strace', '-f', '-y', '-s', '300', '-o', trace, '-e', calls],
  });
  expect(await child.exited).toMatchObject({ code: 0 });
  const all = parseTrace(readFileSync(trace, 'utf8')).filter(({ result }) => result >= 0);
  const writeOf = (text: string): TracedCall | undefined => all.find(({ args }) => args.includes(`"${text}\\n"`));
  const [begin, acknowledged] = [writeOf('begin'), writeOf('acknowledged')];
  if (begin === undefined || acknowledged === undefined) throw new Error('the child did not say what it did');
  const made = all.filter(({ startedAt, endedAt }) => startedAt > begin.endedAt && endedAt < acknowledged.startedAt);
  const root = join(storage.path, 'jobs');
  const rename = made.find(({ name, paths }) => name === 'rename' && paths[1] === `${root}/show/job`);
  if (rename === undefined) throw new Error('nothing was renamed into place');
  const synced = (path: string, after: number, before: number): boolean =>
    made.some((call) => call.name === 'fsync' && call.path === path && call.startedAt > after && call.endedAt < before);

  const { path: tree } = rename;
  expect(tree).toContain('/building/');
  for (const link of ['/a', '/d/b', '/d/e/c']) {
    // The text of the link comes first.
    const entry = made.find(({ name, paths }) => name === 'symlink' && paths.at(-1) === tree + link);
    expect(entry, link).toBeDefined();
    expect(synced(join(tree, link, '..'), entry!.endedAt, rename.startedAt), `the folder of ${link}`).toBe(true);
  }
  for (const above of [root, `${root}/show`]) expect(synced(above, rename.endedAt, Infinity), above).toBe(true);
});
