import { rmSync } from 'node:fs';
import path from 'node:path';
import { freePort, temporaryDirectory, waitFor } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { dishonestFiles, listFiles, readFiles, writeFiles } from './support/archive-files.ts';
import { passArgs, passEnd, runOnce, startBackfiller, startPasses, startServe } from './support/backfiller.ts';
import { TRUNCATIONS } from './support/bodies.ts';
import { on, say } from './support/faults.ts';
import { startFaultyNode } from './support/faulty-node.ts';
import { CHANNEL, filesOf, HOUR, makeSegment, makeSegments } from './support/made-segments.ts';

/*
 * Each row of the table of faults (segments specification, section 2) that concerns backfilling; those of kills, of
 * signals, of the full disk and of hostile nodes have files of their own. The titles say what ours does.
 */

const SEGMENTS = /^\/segments\//;

describe.concurrent('a node that is killed in the middle of its downloads', () => {
  const files = filesOf(makeSegments(600));
  const slowly = ['--batch-size', '1', '--max-bytes-per-second', '300k'];

  it('costs a few failed fetches and log lines; another node takes over', async () => {
    await using source = await temporaryDirectory();
    await using copy = await temporaryDirectory();
    writeFiles(source.path, files);
    await using dying = await startServe(source.path);
    await using other = await startFaultyNode({ files });
    const nodes = [`${dying.url}#name=dying`, `${other.url}#name=other`];
    await using child = await startBackfiller([...passArgs(copy.path, nodes, slowly), '--run-once']);
    await waitFor(() => listFiles(copy.path).length > 50, { timeoutMs: 60_000 });
    dying.kill();
    const { code, report, logs } = await passEnd(child);
    expect({ code, failed: report.totals.failed }).toEqual({ code: 0, failed: {} });
    expect(readFiles(copy.path).size).toBe(600);
    expect(report.totals.failedAttempts).toBeGreaterThan(0);
    expect(report.totals.failedAttempts).toBeLessThanOrEqual(15);
    expect(logs.length).toBeLessThan(15);
  });

  it('alone, ends the pass with 3 after a few failed fetches; the next one completes', async () => {
    await using source = await temporaryDirectory();
    await using copy = await temporaryDirectory();
    writeFiles(source.path, files);
    await using dying = await startServe(source.path);
    await using child = await startBackfiller([...passArgs(copy.path, [dying.url], slowly), '--run-once']);
    await waitFor(() => listFiles(copy.path).length > 50, { timeoutMs: 60_000 });
    dying.kill();
    const { code, report, logs } = await passEnd(child);
    expect({ code, complete: report.complete }).toEqual({ code: 3, complete: false });
    expect(report.totals.failedAttempts).toBeLessThanOrEqual(15);
    expect(logs.length).toBeLessThan(15);
    expect(dishonestFiles(copy.path)).toEqual([]);
    await using again = await startServe(source.path);
    expect((await runOnce(copy.path, [again.url])).code).toBe(0);
    expect(listFiles(copy.path)).toHaveLength(600);
  });
});

describe.concurrent.each(Object.entries(TRUNCATIONS))('bodies that break off, bounded %s', (_kind, truncated) => {
  const small = makeSegment(100);
  const large = makeSegment(102, { sizeBytes: 300_000 });
  const fault = on(/\/01:4[02]\./, (socket, target) => {
    truncated(target.includes('01:40') ? small.content : large.content)(socket);
  });
  const files = filesOf([...makeSegments(20), small, large]);

  it('are reported, and end a single pass with 3; the rest arrives', async () => {
    await using copy = await temporaryDirectory();
    await using node = await startFaultyNode({ files, fault });
    const { code, report } = await runOnce(copy.path, [node.url]);
    expect({ code, complete: report.complete }).toEqual({ code: 3, complete: false });
    expect(Object.values(report.totals.failed).reduce((sum, count) => sum + count, 0)).toBe(2);
    expect(report.totals).toMatchObject({ segments: 20, verified: 20, hoursCompleted: 0 });
    expect(listFiles(copy.path)).toHaveLength(20);
    expect(dishonestFiles(copy.path)).toEqual([]);
  });

  it('are not asked for again in each pass', async () => {
    await using copy = await temporaryDirectory();
    await using node = await startFaultyNode({ files, fault });
    await using passes = await startPasses(copy.path, [node.url], ['--interval', '500ms']);
    const incomplete = () => passes.logs().filter(({ msg }) => msg === 'Backfill incomplete').length;
    await waitFor(() => incomplete() >= 4, { timeoutMs: 60_000 });
    // The large one may be asked for twice: first as a whole, then as a stream.
    expect(node.count(/\/01:4[02]\./)).toBeLessThanOrEqual(3);
    expect(node.count(SEGMENTS)).toBeLessThanOrEqual(23);
  });
});

describe.concurrent('corrupt contents', () => {
  it('of a whole archive put the node on back-off long before all are fetched, with an alert', async () => {
    await using copy = await temporaryDirectory();
    await using node = await startFaultyNode({
      files: filesOf(makeSegments(200)),
      fault: on(SEGMENTS, say({ body: 'x' })),
    });
    const { code, report, logs } = await runOnce(copy.path, [node.url]);
    expect(code).toBe(3);
    expect(report.nodes[0]?.alerts).toEqual(['bad-content']);
    expect(report.totals.mismatches).toBeGreaterThan(0);
    expect(node.count(SEGMENTS)).toBeLessThanOrEqual(35);
    expect(logs.length).toBeLessThan(10);
    expect(listFiles(copy.path)).toEqual([]);
  });
});

describe.concurrent('a listing that is a page of HTML with status 502', () => {
  const files = filesOf([...makeSegments(10), ...makeSegments(10, { hour: '2024-03-01T12' })]);
  const page = say({ status: 502, headers: { 'Content-Type': 'text/html' }, body: '<html>502 Bad Gateway</html>' });

  it('of one hour holds up no other one; once it is back, the next pass completes', async () => {
    await using copy = await temporaryDirectory();
    await using node = await startFaultyNode({ files, fault: on(/^\/files\/.*T12$/, page) });
    const first = await runOnce(copy.path, [node.url]);
    expect(first.code).toBe(3);
    expect(first.report.nodes[0]?.error?.code).toBe('ERR_RESPONSE_STATUS');
    expect(listFiles(copy.path)).toHaveLength(10);
    node.fault = undefined;
    expect((await runOnce(copy.path, [node.url])).code).toBe(0);
    expect(listFiles(copy.path)).toHaveLength(20);
  });

  it('of everything ends a single pass with 3, at once and in few lines', async () => {
    await using copy = await temporaryDirectory();
    await using node = await startFaultyNode({ files, fault: on(/./, page) });
    const { code, logs } = await runOnce(copy.path, [node.url]);
    expect(code).toBe(3);
    expect(node.requests.length).toBeLessThan(10);
    expect(logs.length).toBeLessThan(5);
  });
});

describe.concurrent.each([
  ['404', say({ status: 404 })],
  ['500', say({ status: 500 })],
])('one segment of the newest hour that always fails with %s', (_status, answer) => {
  it('holds up no older hour, quality, channel or extra, and is reported', async () => {
    await using copy = await temporaryDirectory();
    const bad = makeSegment(1000, { hour: '2024-03-01T12' });
    const files = filesOf(
      ['demo', 'other'].flatMap((channel) =>
        ['source', '480p'].flatMap((quality) =>
          ['2024-03-01T12', '2024-03-01T10'].flatMap((hour) => makeSegments(10, { channel, quality, hour })),
        ),
      ),
    );
    files.set('emotes/a.png', Buffer.from('a'));
    const all = new Map([...files, [bad.path, bad.content]]);
    await using node = await startFaultyNode({ files: all, fault: on(/\/16:40\./, answer) });
    const args = ['demo', 'other', '--qualities', 'source,480p', '--extras', 'emotes'];
    const { code, report } = await runOnce(copy.path, [node.url], args);
    expect(code).toBe(3);
    expect(report.totals.segments).toBe(files.size);
    expect([...readFiles(copy.path).keys()].sort()).toEqual([...files.keys()].sort());
    expect(node.count(/\/16:40\./)).toBe(1);
  });
});

describe.concurrent('names of directories that are no hours', () => {
  it('in a listing do not stop a pass with --start', async () => {
    await using copy = await temporaryDirectory();
    const files = filesOf(makeSegments(10));
    for (const stray of ['lost+found', '2024-03-01T25', '2024-03-01', 'zzz'])
      files.set(`demo/source/${stray}/x`, Buffer.of());
    await using node = await startFaultyNode({ files });
    const { code, report } = await runOnce(copy.path, [node.url], ['--start', '2024-02-01T00:00']);
    expect({ code, refused: report.nodes[0]?.refusedNames }).toEqual({ code: 0, refused: 4 });
    expect(listFiles(copy.path)).toHaveLength(10);
  });
});

describe.concurrent('a tombstone in an hour that is not here', () => {
  it('makes the hour and buries there', async () => {
    await using copy = await temporaryDirectory();
    const buried = makeSegment(4, { hour: '2024-03-01T12' });
    const tombstone = buried.path.replace(/ts$/, 'tombstone');
    const files = filesOf([...makeSegments(10), buried]).set(tombstone, Buffer.of());
    await using node = await startFaultyNode({ files });
    const { code, report } = await runOnce(copy.path, [node.url]);
    expect({ code, tombstones: report.totals.tombstones }).toEqual({ code: 0, tombstones: 1 });
    expect(readFiles(path.join(copy.path, CHANNEL, 'source', '2024-03-01T12'))).toEqual(
      new Map([[path.basename(tombstone), Buffer.alloc(0)]]),
    );
  });
});

describe.concurrent('a single pass that fails', () => {
  it('ends with 3 and at once, without waiting for a next try', async () => {
    await using copy = await temporaryDirectory();
    const { code, report } = await runOnce(copy.path, [`http://127.0.0.1:${await freePort()}`]);
    expect(code).toBe(3);
    expect(report.nodes[0]).toMatchObject({ complete: false, error: { code: 'ERR_NODE_UNREACHABLE' } });
    // The pause before a next try has at least nine.
    expect(report.seconds).toBeLessThan(9);
  });
});

describe.concurrent('two nodes with the same contents', () => {
  it('are asked for each segment once between them', async () => {
    await using copy = await temporaryDirectory();
    const files = filesOf(makeSegments(400));
    await using one = await startFaultyNode({ files });
    await using two = await startFaultyNode({ files });
    const { code } = await runOnce(copy.path, [one.url, two.url]);
    expect(code).toBe(0);
    expect(one.count(SEGMENTS) + two.count(SEGMENTS)).toBe(400);
    expect(Math.min(one.count(SEGMENTS), two.count(SEGMENTS))).toBeGreaterThan(50);
  });
});

describe.concurrent('an aborted request for a playlist', () => {
  it('leaves nothing behind: the next one shows the archive as it is', async () => {
    await using source = await temporaryDirectory();
    const segments = makeSegments(1800);
    writeFiles(source.path, filesOf(segments));
    await using node = await startServe(source.path);
    const url = `${node.url}/playlist/demo/source.m3u8?start=${HOUR}:00:00&end=${HOUR}:59:59`;
    const aborted = new AbortController();
    const { body } = await fetch(url, { signal: aborted.signal });
    aborted.abort();
    await expect(body?.getReader().read()).rejects.toThrow();
    expect(await (await fetch(url)).text()).not.toContain('#EXT-X-DISCONTINUITY\n');
    rmSync(path.join(source.path, segments[100]?.path ?? ''));
    expect(await (await fetch(url)).text()).toContain('#EXT-X-DISCONTINUITY\n');
  });
});
