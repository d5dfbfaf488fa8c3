import { get } from 'node:http';
import { temporaryDirectory, waitFor } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { dishonestFiles, listFiles, ownTempFiles, writeFiles } from './support/archive-files.ts';
import { passArgs, startBackfiller, startPasses, startServe } from './support/backfiller.ts';
import type { Backfiller } from './support/backfiller.ts';
import { dribble, on } from './support/faults.ts';
import { startFaultyNode } from './support/faulty-node.ts';
import type { FaultyNode } from './support/faulty-node.ts';
import { filesOf, makeSegment, makeSegments } from './support/made-segments.ts';

/** What must end at once gets this long: less than any time limit or period of grace of the program. */
const AT_ONCE_MS = 3000;
const DRAINED_MS = 5000;
/** 300 kB, which takes the way of a stream, and small ones. */
const files = filesOf([...makeSegments(900), makeSegment(3000, { sizeBytes: 300_000 })]);

const endOf = async (child: Backfiller, withinMs: number): Promise<number | null> => {
  let ended: { code: number | null } | undefined;
  void child.exited.then((end) => (ended = end));
  const { code } = await waitFor(() => ended, { timeoutMs: withinMs, what: 'the end of the program' });
  return code;
};

interface Load extends AsyncDisposable {
  readonly copy: string;
  readonly nodes: readonly string[];
  /** Resolves when segments have arrived, others are on their way, and the slow node has been dribbling for a while. */
  untilBusy(): Promise<void>;
}

/** A node that works, at 200 kB/s, and one that sends a byte a second. */
const openLoad = async (): Promise<Load> => {
  const cleanup = new AsyncDisposableStack();
  const { path: copy } = cleanup.use(await temporaryDirectory());
  const good: FaultyNode = cleanup.use(await startFaultyNode({ files }));
  const slow: FaultyNode = cleanup.use(await startFaultyNode({ files }));
  slow.fault = on(/^\/segments\//, dribble(1000));
  const untilBusy = async (): Promise<void> => {
    const isBusy = (): boolean => listFiles(copy).length > 50 && slow.count(/^\/segments\//) > 0;
    await waitFor(isBusy, { timeoutMs: 60_000, what: 'load' });
  };
  const nodes = [`${good.url}#name=good`, `${slow.url}#name=slow`];
  return { copy, nodes, untilBusy, [Symbol.asyncDispose]: () => cleanup.disposeAsync() };
};

const expectOnlyWhole = (copy: string): void => {
  expect(ownTempFiles(copy)).toEqual([]);
  expect(dishonestFiles(copy)).toEqual([]);
  const arrived = listFiles(copy).length;
  expect(arrived).toBeGreaterThan(50);
  expect(arrived).toBeLessThan(files.size);
};

const SLOWLY = ['--max-bytes-per-second', '200k'];

describe('a signal while segments arrive and a node dribbles', () => {
  it('ends the service within 5 s of SIGTERM with 0; what was on its way is whole or absent', async () => {
    await using load = await openLoad();
    await using child = await startPasses(load.copy, load.nodes, SLOWLY);
    await load.untilBusy();
    child.kill('SIGTERM');
    expect(await endOf(child, DRAINED_MS)).toBe(0);
    expect(child.logs().filter(({ msg }) => msg === 'Gracefully stopped')).toHaveLength(1);
    expectOnlyWhole(load.copy);
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('ends a single pass at once after %s, with %i and its report', async (signal, code) => {
    await using load = await openLoad();
    await using child = await startBackfiller([...passArgs(load.copy, load.nodes, SLOWLY), '--run-once']);
    await load.untilBusy();
    child.kill(signal);
    expect(await endOf(child, AT_ONCE_MS)).toBe(code);
    const { stdout } = await child.exited;
    const arrived = listFiles(load.copy).length;
    expect(JSON.parse(stdout)).toMatchObject({ complete: false, stoppedBy: 'signal', totals: { segments: arrived } });
    expectOnlyWhole(load.copy);
  });

  it('ends the service at once after Ctrl-C, with 130', async () => {
    await using load = await openLoad();
    await using child = await startPasses(load.copy, load.nodes, SLOWLY);
    await load.untilBusy();
    child.kill('SIGINT');
    expect(await endOf(child, AT_ONCE_MS)).toBe(130);
    expectOnlyWhole(load.copy);
  });
});

describe('a server whose client reads no further', () => {
  /** Larger than what the sockets on the way take up. */
  const large = makeSegment(0, { sizeBytes: 64 * 1024 * 1024 });

  const startSlowDownload = async (base: string): Promise<{ child: Backfiller } & AsyncDisposable> => {
    writeFiles(base, filesOf([large]));
    const child = await startServe(base);
    const request = get(`${child.url}/segments/${large.path}`);
    const response = await new Promise<{ destroy(): void }>((resolve) => request.on('response', resolve));
    request.on('error', () => undefined);
    const close = async (): Promise<void> => {
      response.destroy();
      await child[Symbol.asyncDispose]();
    };
    return { child, [Symbol.asyncDispose]: close };
  };

  it('ends at once after a second Ctrl-C, with 130', async () => {
    await using base = await temporaryDirectory();
    await using download = await startSlowDownload(base.path);
    const { child } = download;
    child.kill('SIGINT');
    await expect(endOf(child, 300)).rejects.toThrow();
    child.kill('SIGINT');
    expect(await endOf(child, AT_ONCE_MS)).toBe(130);
  });
});
