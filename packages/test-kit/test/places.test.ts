import { existsSync, statfsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freePort } from '../src/free-port.ts';
import { runProgram } from '../src/run-program.ts';
import { seededRandom } from '../src/seeded-random.ts';
import { temporaryDirectory } from '../src/temporary-directory.ts';
import { ulimitFileSize } from '../src/ulimit-file-size.ts';
import { waitFor } from '../src/wait-for.ts';
import { withTmpfs } from '../src/with-tmpfs.ts';

test('a temporary directory is gone with all that is in it when disposed', async () => {
  let path: string;
  {
    await using directory = await temporaryDirectory();
    path = directory.path;
    writeFileSync(join(path, 'file'), 'content');
  }
  expect(existsSync(path)).toBe(false);
});

test('a tmpfs holds what it is told, and is gone afterwards', async ({ skip }) => {
  let mounted = '';
  const outcome = await withTmpfs(8192, (path) => {
    mounted = path;
    const { blocks, bsize } = statfsSync(path);
    return blocks * bsize;
  });
  if (outcome === undefined) return skip('mounting a tmpfs is not permitted here');
  expect(outcome.value).toBe(8192);
  expect(existsSync(mounted)).toBe(false);
});

test('a free port can be listened on', async () => {
  const port = await freePort();
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  await new Promise((resolve) => server.close(resolve));
});

test('waitFor gives what came true, and gives up when nothing does', async () => {
  let looks = 0;
  await expect(waitFor(() => (++looks === 3 ? 'there' : undefined), { intervalMs: 1 })).resolves.toBe('there');
  await expect(waitFor(() => false, { timeoutMs: 5, intervalMs: 1, what: 'rain' })).rejects.toThrow('rain');
});

test('seeded numbers are the same for the same seed, and spread over [0, 1)', () => {
  const [a, b, c] = [seededRandom(1), seededRandom(1), seededRandom(2)].map((random) =>
    Array.from({ length: 1000 }, random),
  );
  expect(a).toEqual(b);
  expect(a).not.toEqual(c);
  const tenths = new Set(a?.map((number) => Math.floor(number * 10)));
  expect([...tenths].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('a program that is not installed is told apart from one that fails', async () => {
  await expect(runProgram('waybill-no-such-program')).resolves.toBeUndefined();
  await expect(runProgram('sh', ['-c', 'echo out; echo err >&2; exit 3'])).resolves.toEqual({
    code: 3,
    signal: null,
    stdout: 'out\n',
    stderr: 'err\n',
  });
});

test('a limit is given in whole blocks', () => {
  expect(() => ulimitFileSize(1000)).toThrow(RangeError);
});
