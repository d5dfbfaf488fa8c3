import path from 'node:path';
import { freePort, temporaryDirectory, waitFor } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import type { RecordReport } from '../../src/record/report/format-record-report.ts';
import { dishonestFiles, listFiles, ownTempFiles } from '../e2e/support/archive-files.ts';
import { startBackfiller } from '../e2e/support/backfiller.ts';
import type { Backfiller, Ended } from '../e2e/support/backfiller.ts';
import { FakeOrigin } from './support/fake-origin.ts';
import { expectedFile } from './support/record.ts';

const startRecorder = async (base: string, url: string, ...args: string[]): Promise<Backfiller> =>
  await startBackfiller(['record', `demo=${url}`, '--base-dir', base, '--metrics-port', '0', ...args]);

const reportOf = ({ stdout, logs }: Ended): RecordReport => {
  if (stdout === '') throw new Error(`no report; it logged ${JSON.stringify(logs, undefined, 1)}`);
  return JSON.parse(stdout) as RecordReport;
};

describe('backfiller record', () => {
  it('goes on after kill -9 without a hole, and without a trace of what it was at', async () => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    origin.windowSize = 12;
    origin.addMany(4);
    await using killed = await startRecorder(place.path, origin.mediaUrl);
    await waitFor(() => listFiles(place.path).length === 4 && ownTempFiles(place.path).length === 0);
    origin.add({ faults: ['stop-halfway'] });
    origin.add({ faults: ['dribble'] });
    await waitFor(() => ownTempFiles(place.path).length === 2);
    killed.kill('SIGKILL');
    expect((await killed.exited).signal).toBe('SIGKILL');
    expect(dishonestFiles(place.path)).toEqual([]);
    origin.addMany(5);
    origin.ended = true;
    await using next = await startRecorder(place.path, origin.mediaUrl, '--run-once');
    const ended = await next.exited;
    expect(ended.code).toBe(0);
    expect(reportOf(ended).streams[0]).toMatchObject({ full: 7, present: 4, lost: 0 });
    expect(listFiles(place.path).sort()).toEqual(origin.segments.map((segment) => expectedFile(segment)).sort());
  });

  it('serves metrics, ends with 0 on SIGTERM while a segment hangs, and reports what it has', async () => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    origin.addMany(1);
    origin.add({ faults: ['hang'] });
    const port = await freePort();
    const metrics = ['--metrics-host', '127.0.0.1', '--metrics-port', String(port)];
    await using recorder = await startRecorder(place.path, origin.mediaUrl, ...metrics);
    const count = 'record_segments_total{channel="demo",quality="source",type="full"} 1';
    const shown = async (): Promise<string> =>
      await fetch(`http://127.0.0.1:${port}/metrics`).then(
        (response) => response.text(),
        () => '',
      );
    await waitFor(async () => (await shown()).includes(count));
    expect(await shown()).toMatch(/record_latest_segment_age_seconds\{channel="demo",quality="source"\} \d+/);
    recorder.kill('SIGTERM');
    const ended = await recorder.exited;
    expect(ended.code).toBe(0);
    expect(reportOf(ended).streams[0]).toMatchObject({ channel: 'demo', quality: 'source', full: 1 });
    expect(ownTempFiles(place.path)).toEqual([]);
  });

  it('ends with 3 where a segment is lost, and says which stream', async () => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    origin.addMany(1);
    origin.add({ faults: ['gone', 'hang', 'hang', 'hang'] });
    origin.ended = true;
    await using recorder = await startRecorder(place.path, origin.mediaUrl, '--run-once', '--hard-timeout', '1s');
    const ended = await recorder.exited;
    expect(ended.code).toBe(3);
    expect(reportOf(ended)).toMatchObject({ ok: false, streams: [{ full: 1, lost: 1, lostSeconds: 2 }] });
  });

  it('refuses a second recorder of the same channel in one archive with 5, and lets another channel in', async () => {
    await using place = await temporaryDirectory();
    await using origin = await FakeOrigin.start();
    origin.addMany(1);
    await using first = await startRecorder(place.path, origin.mediaUrl);
    await waitFor(() => listFiles(place.path).length === 1);
    await using second = await startRecorder(place.path, origin.mediaUrl, '--run-once');
    expect((await second.exited).code).toBe(5);
    origin.ended = true;
    await using other = await startRecorder(place.path, origin.mediaUrl, `other=${origin.mediaUrl}`, '--run-once');
    expect((await other.exited).code).toBe(5);
    await using alone = await startBackfiller([
      'record',
      `other=${origin.mediaUrl}`,
      '--base-dir',
      place.path,
      '--run-once',
    ]);
    expect((await alone.exited).code).toBe(0);
    expect(listFiles(place.path).map((file) => file.split(path.sep)[0])).toEqual(
      expect.arrayContaining(['demo', 'other']),
    );
    first.kill('SIGINT');
    expect((await first.exited).code).toBe(130);
  });
});
