import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runProgram, skipWithout, spawnChild, temporaryDirectory, type TemporaryDirectory } from '@waybill/test-kit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeChain } from '../support/write-chain.ts';

const MAIN = new URL('../../src/main.ts', import.meta.url);

/** Fails one call with EIO on files whose path has a certain part: a disk that breaks at this moment. */
const SHIM = String.raw`
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>
static int calls;
static int breaks_path(const char *op, const char *path) {
  const char *wanted = getenv("BREAK_OP"), *part = getenv("BREAK_PATH"), *after = getenv("BREAK_AFTER");
  if (!wanted || strcmp(wanted, op) || !strstr(path, part)) return 0;
  return __sync_add_and_fetch(&calls, 1) > atoi(after);
}
static int breaks(const char *op, int fd) {
  char link[64], path[4096];
  if (!getenv("BREAK_OP")) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, sizeof path - 1);
  if (n < 0) return 0;
  path[n] = 0;
  return breaks_path(op, path);
}
#define FD_CALL(op, type, name, args, pass) \
  type name args { \
    static type (*real) args; \
    if (breaks(op, fd)) { errno = EIO; return -1; } \
    if (!real) real = dlsym(RTLD_NEXT, #name); \
    return real pass; \
  }
FD_CALL("write", ssize_t, write, (int fd, const void *b, size_t n), (fd, b, n))
FD_CALL("write", ssize_t, pwrite, (int fd, const void *b, size_t n, off_t o), (fd, b, n, o))
FD_CALL("write", ssize_t, pwrite64, (int fd, const void *b, size_t n, off_t o), (fd, b, n, o))
FD_CALL("write", ssize_t, writev, (int fd, const struct iovec *v, int n), (fd, v, n))
FD_CALL("write", ssize_t, pwritev, (int fd, const struct iovec *v, int n, off_t o), (fd, v, n, o))
FD_CALL("write", ssize_t, pwritev64, (int fd, const struct iovec *v, int n, off_t o), (fd, v, n, o))
FD_CALL("sync", int, fsync, (int fd), (fd))
FD_CALL("sync", int, fdatasync, (int fd), (fd))
FD_CALL("read", ssize_t, pread, (int fd, void *b, size_t n, off_t o), (fd, b, n, o))
FD_CALL("read", ssize_t, pread64, (int fd, void *b, size_t n, off_t o), (fd, b, n, o))
#define PATH_CALL(op, name) \
  int name(const char *from, const char *to) { \
    static int (*real)(const char *, const char *); \
    if (breaks_path(op, to)) { errno = EIO; return -1; } \
    if (!real) real = dlsym(RTLD_NEXT, #name); \
    return real(from, to); \
  }
PATH_CALL("place", rename)
PATH_CALL("place", link)
`;

let place: TemporaryDirectory;
let source = '';
let shim: string | undefined;

beforeAll(async () => {
  place = await temporaryDirectory();
  source = path.join(place.path, 'source.car');
  await writeChain(source);
  const code = path.join(place.path, 'shim.c');
  await writeFile(code, SHIM);
  const library = path.join(place.path, 'shim.so');
  const built = await runProgram('gcc', ['-shared', '-fPIC', '-O1', '-o', library, code, '-ldl']);
  if (built?.code === 0) shim = library;
  // Its index is made before the disk breaks.
  await using child = await spawnChild(MAIN, ['index', '--from', source]);
  expect((await child.exited).code).toBe(0);
}, 60_000);

afterAll(async () => await place[Symbol.asyncDispose]());

interface Stage {
  readonly op: 'write' | 'sync' | 'place' | 'read';
  readonly file: 'target' | 'source.car';
  readonly after: number;
  readonly flags?: readonly string[];
}

const STAGES: readonly (readonly [name: string, stage: Stage])[] = [
  ['the first write', { op: 'write', file: 'target', after: 0 }],
  ['a later write', { op: 'write', file: 'target', after: 3, flags: ['--write-buffer', '16384'] }],
  ['a write of zstd', { op: 'write', file: 'target', after: 0, flags: ['--format', 'zstd'] }],
  ['a write of a CARv2', { op: 'write', file: 'target', after: 1, flags: ['--format', 'carv2'] }],
  ['the sync of the file', { op: 'sync', file: 'target', after: 0 }],
  ['putting it in place', { op: 'place', file: 'target', after: 0 }],
  ['a read of the source', { op: 'read', file: 'source.car', after: 8 }],
  ['a read of the source by threads', { op: 'read', file: 'source.car', after: 40, flags: ['--workers', '2'] }],
];

test.for(STAGES)('a disk that fails at %s ends an export with 1, and leaves nothing', async ([, stage], context) => {
  if (shim === undefined) skipWithout(context, 'gcc is not there to build the shim');
  await using folder = await temporaryDirectory();
  const target = path.join(folder.path, 'out.car');
  const parts = ['--messages', '--receipts', '--stateroots', '-o', target, '--json', ...(stage.flags ?? [])];
  await using child = await spawnChild(MAIN, ['export-range', '--from', source, ...parts], {
    env: {
      LD_PRELOAD: shim,
      BREAK_OP: stage.op,
      BREAK_PATH: stage.file === 'target' ? folder.path : stage.file,
      BREAK_AFTER: String(stage.after),
    },
  });
  const { code, stderr } = await child.exited;
  expect(code, stderr).toBe(1);
  expect(stderr).toMatch(/EIO|i\/o error|ERR_FILE_SYNC_FAILED/i);
  expect(readdirSync(folder.path)).toEqual([]);
});

test.for([
  ['a write', 'write', 4, 'resumed'],
  ['a read of the source', 'read', 100, 'resumed'],
  // What of a file is on disk after a sync that failed, nobody knows.
  ['a sync', 'sync', 3, undefined],
] as const)(
  'a disk that fails at %s is gone on with after it, if that can be',
  async ([, op, after, event], context) => {
    if (shim === undefined) skipWithout(context, 'gcc is not there to build the shim');
    await using folder = await temporaryDirectory();
    const [target, whole] = [path.join(folder.path, 'out.car'), path.join(folder.path, 'whole.car')];
    const flags = ['--messages', '--receipts', '--stateroots', '--write-buffer', '16384', '--json'];
    const run = async (output: string, more: readonly string[], env: Record<string, string> = {}) => {
      await using child = await spawnChild(MAIN, ['export-range', '--from', source, ...flags, '-o', output, ...more], {
        env,
      });
      return await child.exited;
    };
    const resume = ['--resume', '--checkpoint-interval', '0s'];
    const broken = await run(target, resume, {
      LD_PRELOAD: shim,
      BREAK_OP: op,
      BREAK_PATH: op === 'read' ? 'source.car' : 'out.car.',
      BREAK_AFTER: String(after),
    });
    expect(broken.code, broken.stderr).toBe(1);
    expect(broken.stderr).toMatch(/EIO|i\/o error|ERR_FILE_SYNC_FAILED/i);
    const left = event === undefined ? [] : ['out.car.partial', 'out.car.partial.journal'];
    expect(readdirSync(folder.path).toSorted()).toEqual(left);
    const { code, stderr } = await run(target, resume);
    expect(code, stderr).toBe(0);
    expect(/"event":"(\w+)"/.exec(stderr)?.[1]).toBe(event);
    expect((await run(whole, [])).code).toBe(0);
    expect(readFileSync(target).equals(readFileSync(whole))).toBe(true);
  },
);

test('with the shim and nothing that fails, the export is whole', async (context) => {
  if (shim === undefined) skipWithout(context, 'gcc is not there to build the shim');
  await using folder = await temporaryDirectory();
  const target = path.join(folder.path, 'out.car');
  await using child = await spawnChild(MAIN, ['export-range', '--from', source, '-o', target], {
    env: { LD_PRELOAD: shim, BREAK_OP: 'none', BREAK_PATH: 'x', BREAK_AFTER: '0' },
  });
  const { code, stderr } = await child.exited;
  expect(code, stderr).toBe(0);
  expect(readdirSync(folder.path).toSorted()).toEqual(['out.car', 'out.car.sha256sum']);
});
