import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram, skipWithout, spawnChild, temporaryDirectory } from '@waybill/test-kit';
import { expect, it } from 'vitest';

it('is synced folder by folder before it is renamed into place, and above before it is acknowledged', async (test) => {
  const found = await runProgram('strace', ['-f', '-o', '/dev/null', 'true']);
  if (found === undefined) return skipWithout(test, 'strace is not installed');
  if (found.code !== 0) test.skip('strace is not permitted to trace here');
  await using storage = await temporaryDirectory();
  const trace = join(storage.path, 'trace');
  const calls = 'trace=mkdir,mkdirat,symlink,symlinkat,rename,renameat,renameat2,fsync,write';
  await using child = await spawnChild(new URL('./fixtures/traced-checkout.ts', import.meta.url), [storage.path], {
    wrapper: ['strace', '-f', '-y', '-s', '300', '-o', trace, '-e', calls],
  });
  expect(await child.exited).toMatchObject({ code: 0 });
  const lines = readFileSync(trace, 'utf8').split('\n');
  const begin = lines.findIndex((line) => line.includes('"begin\\n"'));
  const end = lines.findIndex((line) => line.includes('"acknowledged\\n"'));
  const made = lines.slice(begin, end);
  const root = join(storage.path, 'jobs');
  const renamed = made.findIndex((line) => line.includes('rename') && line.includes(`"${root}/show/job"`));
  const tree = /"([^"]*\/building\/[^"]*)"/.exec(made[renamed] ?? '')?.[1] ?? 'no rename';
  const indexOf = (text: string): number => made.findLastIndex((line) => line.includes(text));
  const synced = (path: string): number =>
    made.findIndex((line) => line.includes('fsync(') && line.includes(`<${path}>`));

  for (const folder of ['', '/d', '/d/e']) {
    expect(synced(tree + folder)).toBeGreaterThan(0);
    expect(synced(tree + folder)).toBeLessThan(renamed);
  }
  for (const link of ['/a', '/d/b', '/d/e/c']) {
    const at = indexOf(`"${tree}${link}"`);
    expect(at).toBeGreaterThan(0);
    expect(at).toBeLessThan(synced(join(tree, link, '..')));
  }
  for (const above of [root, `${root}/show`])
    expect(made.slice(renamed).some((line) => line.includes('fsync(') && line.includes(`<${above}>`))).toBe(true);
});
