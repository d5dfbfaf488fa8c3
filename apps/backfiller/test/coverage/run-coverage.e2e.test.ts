import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { freePort, temporaryDirectory, waitFor } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { listening, startBackfiller } from '../e2e/support/backfiller.ts';
import { filesIn, HOUR, putNames, rowOfNames, segmentName } from './support.ts';

const JSON_FILE = 'demo_source_coverage.json';
const MAPS = [JSON_FILE, 'demo_source_coverage.png'];

describe('run', () => {
  it('keeps maps and gauges of what it holds, and ends at once when it is told to', async () => {
    await using base = await temporaryDirectory();
    await putNames(base.path, HOUR, [...rowOfNames(0, 10), segmentName(20)]);
    const port = String(await freePort());
    const place = ['--base-dir', base.path, '--host', '127.0.0.1', '--port', '0', '--metrics-host', '127.0.0.1'];
    const args = ['run', 'demo', ...place, '--metrics-port', port, '--check-interval', '1s', '--make-page'];
    await using service = await listening(await startBackfiller(args));
    const maps = path.join(base.path, 'coverage-maps');
    await waitFor(() => filesIn(base.path).includes('coverage-maps') && filesIn(maps).length === 3, {
      timeoutMs: 20_000,
    });
    const labels = { channel: 'demo', quality: 'source', window: 'all' };
    expect((await service.metrics()).sum('raw_holes', labels)).toBe(1);
    await putNames(base.path, HOUR, rowOfNames(10, 20));
    await waitFor(async () => (await service.metrics()).sum('raw_holes', labels) === 0, { timeoutMs: 20_000 });
    // The gauges are set before the files are written.
    await waitFor(async () => (await readFile(path.join(maps, JSON_FILE), 'utf8')).includes('"holes":[]'), {
      timeoutMs: 20_000,
    });
    const served = await fetch(`${service.url}/segments/coverage-maps/${JSON_FILE}`);
    expect(Buffer.from(await served.arrayBuffer())).toEqual(await readFile(path.join(maps, JSON_FILE)));
    service.kill('SIGTERM');
    const { code, logs } = await service.exited;
    expect(code, JSON.stringify(logs)).toBe(0);
    expect(logs.filter(({ level }) => level === 'error')).toEqual([]);
    expect(filesIn(maps)).toHaveLength(3);
  });

  it('leaves it to others where it is told --no-coverage', async () => {
    await using base = await temporaryDirectory();
    await putNames(base.path, HOUR, rowOfNames(0, 10));
    const place = ['--base-dir', base.path, '--host', '127.0.0.1', '--port', '0', '--metrics-port', '0'];
    await using service = await listening(await startBackfiller(['run', 'demo', ...place, '--no-coverage']));
    // A request that comes later than the first check would.
    expect((await fetch(`${service.url}/coverage/demo/source.png`)).status).toBe(200);
    service.kill('SIGTERM');
    expect((await service.exited).code).toBe(0);
    expect(filesIn(base.path)).not.toContain('coverage-maps');
  });
});

describe('coverage', () => {
  it('goes on until it is stopped, with its own metrics', async () => {
    await using base = await temporaryDirectory();
    await putNames(base.path, HOUR, rowOfNames(0, 10));
    const port = String(await freePort());
    const place = ['--base-dir', base.path, '--metrics-host', '127.0.0.1', '--metrics-port', port];
    await using service = await startBackfiller(['coverage', 'demo', ...place]);
    const read = (): Promise<string> =>
      fetch(`http://127.0.0.1:${port}/metrics`).then(
        async (response) => response.text(),
        () => '',
      );
    await waitFor(
      async () => (await read()).includes('raw_coverage{channel="demo",quality="source",window="all"} 10'),
      {
        timeoutMs: 20_000,
      },
    );
    const maps = path.join(base.path, 'coverage-maps');
    await waitFor(() => filesIn(base.path).includes('coverage-maps') && filesIn(maps).join() === MAPS.join(), {
      timeoutMs: 20_000,
    });
    service.kill('SIGTERM');
    const { code, logs } = await service.exited;
    expect(code, JSON.stringify(logs)).toBe(0);
    expect(filesIn(maps)).toEqual(MAPS);
  });
});
