import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, skipWithout, waitFor, withTmpfs } from '@waybill/test-kit';
import { describe, it } from 'vitest';
import type { RecordReport } from '../../src/record/report/format-record-report.ts';
import { dishonestFiles, listFiles, ownTempFiles } from '../e2e/support/archive-files.ts';
import { startBackfiller } from '../e2e/support/backfiller.ts';
import type { LogLine } from '../e2e/support/backfiller.ts';
import { parseMetrics } from '../e2e/support/metrics.ts';
import type { Metrics } from '../e2e/support/metrics.ts';
import { FakeOrigin } from './support/fake-origin.ts';
import type { OriginSegment } from './support/fake-origin.ts';
import { expectedFile } from './support/record.ts';

const MIB = 1024 * 1024;
/** So large that a disk is full in the middle of one. */
const CONTENT = 'x'.repeat(700_000);
/** Room for one of them; what is left then is less than a guard calls space. */
const FREE = 1_400_000;
const LONG = { timeoutMs: 60_000 };

const linesLike = (logs: readonly LogLine[], message: RegExp): LogLine[] => logs.filter(({ msg }) => message.test(msg));
const addSegments = (origin: FakeOrigin, count: number): OriginSegment[] =>
  Array.from({ length: count }, () => origin.add({ content: CONTENT }));
const asked = (origin: FakeOrigin): number => origin.requests.filter((request) => request.includes('.ts')).length;

describe.concurrent('a recorder', () => {
  it.for([
    ['the disk is full', []],
    ['less than --min-free-bytes is free', ['--min-free-bytes', '1M']],
  ] as const)(
    'pauses with one line while %s, leaves nothing half written, and goes on by itself; what left the playlist meanwhile is lost',
    async ([_why, args], test) => {
      const done = await withTmpfs(16 * MIB, async (base) => {
        const filler = path.join(base, '.filler');
        writeFileSync(filler, Buffer.alloc(16 * MIB - FREE, 'x'));
        await using origin = await FakeOrigin.start();
        const port = await freePort();
        const place = ['--base-dir', base, '--metrics-host', '127.0.0.1', '--metrics-port', String(port)];
        await using recorder = await startBackfiller(['record', `demo=${origin.mediaUrl}`, ...place, ...args]);
        const metrics = async (): Promise<Metrics> =>
          parseMetrics(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
        const recorded = (): string[] => listFiles(path.join(base, 'demo')).filter((file) => file.includes('-full-'));
        const isThere = (segment: OriginSegment): boolean =>
          listFiles(base).some((file) => file === expectedFile(segment));

        addSegments(origin, 1);
        await waitFor(() => recorded().length === 1, LONG);
        // Free space is looked at once a second.
        await sleep(1100);
        const first = addSegments(origin, 4);
        await waitFor(async () => (await metrics()).sum('record_paused') === 1, { ...LONG, what: 'the pause' });
        await waitFor(() => ownTempFiles(base).length === 0, { ...LONG, what: 'an end of what was under way' });
        await sleep(300);
        const before = recorded().length;
        const askedBefore = asked(origin);
        // All that was listed goes away, and other segments come.
        const last = addSegments(origin, origin.windowSize);
        await waitFor(async () => (await metrics()).sum('record_segments_lost_total') === 5 - before, {
          ...LONG,
          what: 'the losses',
        });
        test.expect(recorded()).toHaveLength(before);
        test.expect(asked(origin)).toBe(askedBefore);
        test.expect(first.every(isThere)).toBe(false);
        test.expect(args.length === 0 || before === 1).toBe(true);
        test.expect(dishonestFiles(base)).toEqual([]);
        test.expect(linesLike(recorder.logs(), /The disk is full/)).toHaveLength(1);

        rmSync(filler);
        await waitFor(() => last.every(isThere), { ...LONG, what: 'what is listed still' });
        await waitFor(async () => (await metrics()).sum('record_paused') === 0, LONG);
        recorder.kill('SIGTERM');
        const { code, stdout, logs } = await recorder.exited;
        test.expect(code).toBe(0);
        const [counts] = (JSON.parse(stdout) as RecordReport).streams;
        test.expect(counts).toMatchObject({
          full: before + last.length,
          partial: 0,
          lost: 5 - before,
          requestsFailed: 0,
          failure: null,
        });
        test.expect(linesLike(logs, /The disk is full/)).toHaveLength(1);
        test.expect(linesLike(logs, /There is space on the disk again/)).toHaveLength(1);
        test.expect(logs.filter(({ level }) => level === 'error')).toHaveLength(1);
        test.expect(dishonestFiles(base)).toEqual([]);
        test.expect(ownTempFiles(base)).toEqual([]);
      });
      if (done === undefined) skipWithout(test, 'mounting a tmpfs is not permitted here');
    },
  );
});
