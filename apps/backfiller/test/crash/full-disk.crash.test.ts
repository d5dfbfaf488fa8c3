import { rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import path from 'node:path';
import { skipWithout, temporaryDirectory, waitFor, withTmpfs } from '@waybill/test-kit';
import type { SkippableTest } from '@waybill/test-kit';
import { describe, it } from 'vitest';
import { dishonestFiles, listFiles, ownTempFiles, writeFiles } from '../e2e/support/archive-files.ts';
import { runOnce, startPasses, startServe } from '../e2e/support/backfiller.ts';
import type { LogLine } from '../e2e/support/backfiller.ts';
import { startFaultyNode } from '../e2e/support/faulty-node.ts';
import { CHANNEL, filesOf, makeSegments } from '../e2e/support/made-segments.ts';

const MIB = 1024 * 1024;
/** 10 MB in all, of which the small disks below hold a third at most. */
const files = filesOf(makeSegments(1000, { sizeBytes: 10_000 }));
const FULL = /The disk is full/;

const onDisk = async (test: SkippableTest, sizeBytes: number, work: (base: string) => Promise<void>): Promise<void> => {
  const done = await withTmpfs(sizeBytes, work);
  if (done === undefined) skipWithout(test, 'mounting a tmpfs is not permitted here');
};

const linesLike = (logs: readonly LogLine[], message: RegExp): LogLine[] => logs.filter(({ msg }) => message.test(msg));

/** What may be under way when the disk is full: 48 fetched contents (write-backlog.ts) and 10 requests. */
const UNDER_WAY = 58;
const segmentsIn = (base: string): string[] => listFiles(path.join(base, CHANNEL));

describe.concurrent('a single pass onto a disk that is too small', () => {
  it('keeps what fitted, says so once, asks for no more and ends with 4', async (test) => {
    await onDisk(test, 4 * MIB, async (base) => {
      await using node = await startFaultyNode({ files });
      const { code, report, logs } = await runOnce(base, [node.url]);
      test.expect(code).toBe(4);
      test.expect(report).toMatchObject({ complete: false, stoppedBy: 'disk-full' });
      test.expect(report.totals.segments).toBe(segmentsIn(base).length);
      test.expect(report.totals.segments).toBeGreaterThan(200);
      test.expect(dishonestFiles(base)).toEqual([]);
      test.expect(ownTempFiles(base)).toEqual([]);
      test.expect(linesLike(logs, FULL)).toHaveLength(1);
      test.expect(logs.length).toBeLessThan(15);
      test.expect(node.count(/^\/segments\//)).toBeLessThanOrEqual(report.totals.segments + UNDER_WAY);
    });
  });

  it('does the same where segments come in batches', async (test) => {
    await using source = await temporaryDirectory();
    writeFiles(source.path, files);
    await using node = await startServe(source.path);
    await onDisk(test, 4 * MIB, async (base) => {
      const { code, report, logs } = await runOnce(base, [node.url]);
      test.expect(code).toBe(4);
      test.expect(report).toMatchObject({ complete: false, stoppedBy: 'disk-full' });
      test.expect(report.totals.segments).toBe(segmentsIn(base).length);
      test.expect(dishonestFiles(base)).toEqual([]);
      test.expect(ownTempFiles(base)).toEqual([]);
      test.expect(linesLike(logs, FULL)).toHaveLength(1);
      test.expect(logs.length).toBeLessThan(15);
      const requests = (await node.metrics()).sum('http_request_latency_all_count', { endpoint: '/batch' });
      test.expect(requests).toBeLessThanOrEqual(10);
    });
  });

  it('fetches nothing where less than --min-free-bytes is free', async (test) => {
    await onDisk(test, 4 * MIB, async (base) => {
      await using node = await startFaultyNode({ files });
      const { code, logs } = await runOnce(base, [node.url], ['--min-free-bytes', '5M']);
      test.expect(code).toBe(4);
      test.expect(linesLike(logs, FULL)).toHaveLength(1);
      test.expect(node.count(/^\/segments\//)).toBe(0);
    });
  });
});

describe.concurrent('passes onto a disk that is full for a while', () => {
  it.for([
    ['the disk is full', []],
    ['less than --min-free-bytes is free', ['--min-free-bytes', '1500K']],
  ] as const)(
    'pause with one line while %s, and complete the archive by themselves afterwards',
    async ([_why, args], test) => {
      await onDisk(test, 16 * MIB, async (base) => {
        const filler = path.join(base, '.filler');
        writeFileSync(filler, Buffer.alloc(12 * MIB, 'x'));
        await using node = await startFaultyNode({ files: filesOf(makeSegments(700, { sizeBytes: 10_000 })) });
        await using passes = await startPasses(base, [node.url], [...args, '--interval', '1h']);
        await waitFor(async () => (await passes.metrics()).sum('backfill_paused') === 1, {
          timeoutMs: 60_000,
          what: 'the pause',
        });
        await sleep(500);
        const asked = node.count(/^\/segments\//);
        await sleep(500);
        test.expect(node.count(/^\/segments\//)).toBe(asked);
        test.expect(linesLike(passes.logs(), FULL)).toHaveLength(1);
        rmSync(filler);
        await waitFor(() => segmentsIn(base).length === 700, { timeoutMs: 60_000, what: 'the complete archive' });
        await waitFor(() => linesLike(passes.logs(), /^Backfill complete/).length === 1, {
          what: 'the end of the pass',
        });
        test.expect((await passes.metrics()).sum('backfill_paused')).toBe(0);
        test.expect(dishonestFiles(base)).toEqual([]);
        test.expect(linesLike(passes.logs(), FULL)).toHaveLength(1);
        test.expect(node.count(/^\/segments\//)).toBeLessThanOrEqual(700 + UNDER_WAY);
      });
    },
  );
});
