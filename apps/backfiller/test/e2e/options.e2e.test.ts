import { readFileSync } from 'node:fs';
import path from 'node:path';
import { needStrace, parseTrace, spawnChild, temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { reply } from '../support/raw-http-server.ts';
import { listFiles } from './support/archive-files.ts';
import { MAIN, passArgs, runOnce } from './support/backfiller.ts';
import { startFaultyNode } from './support/faulty-node.ts';
import type { FaultyNode } from './support/faulty-node.ts';
import { filesOf, makeSegments } from './support/made-segments.ts';

const SEGMENTS = /^\/segments\//;

/** A node that answers for segments only when so many are asked for at the same time, and from then on at once. */
async function startPatientNode(atOnce: number, count: number): Promise<FaultyNode & { most: () => number }> {
  const held: (() => void)[] = [];
  let most = 0;
  const node = await startFaultyNode({ files: filesOf(makeSegments(count)) });
  const files = node.files;
  node.fault = ({ path: target }, socket) => {
    if (!SEGMENTS.test(target)) return false;
    held.push(() => {
      const content = files.get(target.replace(SEGMENTS, '')) ?? Buffer.alloc(0);
      reply(socket, { body: content });
    });
    most = Math.max(most, held.length);
    if (most >= atOnce) for (const answer of held.splice(0)) answer();
    return true;
  };
  return Object.assign(node, { most: () => most });
}

describe.concurrent('--download-concurrency', () => {
  it('is how many requests a node gets at once, also above ten', async () => {
    await using copy = await temporaryDirectory();
    await using node = await startPatientNode(24, 96);
    const { code, logs } = await runOnce(copy.path, [node.url], ['--download-concurrency', '24']);
    expect(node.most()).toBe(24);
    expect(code, JSON.stringify(logs)).toBe(0);
    expect(listFiles(copy.path)).toHaveLength(96);
  });
});

/** The calls by which a pass makes its archive durable. */
async function syncsOfPass(durability: string, segments: number): Promise<{ files: number; folders: number }> {
  await using copy = await temporaryDirectory();
  await using scratch = await temporaryDirectory();
  await using node = await startFaultyNode({ files: filesOf(makeSegments(segments)) });
  const log = path.join(scratch.path, 'trace');
  const wrapper = ['strace', '-f', '-y', '-s', '0', '-e', 'trace=fsync,fdatasync', '-o', log];
  const args = [...passArgs(copy.path, [node.url], ['--durability', durability]), '--run-once', '--json'];
  await using child = await spawnChild(MAIN, args, { wrapper, env: { UV_USE_IO_URING: '0' } });
  const { code, stderr } = await child.exited;
  expect(code, stderr).toBe(0);
  const synced = parseTrace(readFileSync(log, 'latin1'))
    .filter(({ result }) => result === 0)
    .map((call) => path.relative(copy.path, call.path))
    .filter((file) => !file.startsWith('..') && !file.startsWith('.waybill'));
  const files = synced.filter((file) => file.endsWith('.ts')).length;
  return { files, folders: synced.length - files };
}

describe.concurrent('--durability', () => {
  it('full syncs every file, and every folder that changed', async (test) => {
    await needStrace(test);
    const { files, folders } = await syncsOfPass('full', 20);
    expect(files).toBe(20);
    // The hour, the quality, the channel, and their parent, each at least once.
    expect(folders).toBeGreaterThanOrEqual(4);
  });

  it('file syncs every file and no folder', async (test) => {
    await needStrace(test);
    expect(await syncsOfPass('file', 20)).toEqual({ files: 20, folders: 0 });
  });

  it('none syncs nothing', async (test) => {
    await needStrace(test);
    expect(await syncsOfPass('none', 20)).toEqual({ files: 0, folders: 0 });
  });
});
