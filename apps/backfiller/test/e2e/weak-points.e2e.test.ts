import path from 'node:path';
import { temporaryDirectory, waitFor } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { digestText } from '../support/test-names.ts';
import { listFiles, readFiles, writeFiles } from './support/archive-files.ts';
import { runOnce, startPasses } from './support/backfiller.ts';
import { on, say } from './support/faults.ts';
import { startFaultyNode } from './support/faulty-node.ts';
import { CHANNEL, filesOf, HOUR, makeSegment, makeSegments, QUALITY } from './support/made-segments.ts';

/*
 * Weak points of the original's backfiller (segments specification, section 3, by their numbers there) that show from
 * outside. Those that are faults of a node are in fault-table.e2e.test.ts; the listings and digests in replication.
 */

const FOLDER = `${CHANNEL}/${QUALITY}/${HOUR}`;

describe.concurrent('(2) a segment that one node cannot bring', () => {
  it('comes from another node that has it, in the same pass', async () => {
    await using copy = await temporaryDirectory();
    const files = filesOf(makeSegments(20));
    await using failing = await startFaultyNode({ files, fault: on(/\/00:1\d\./, say({ status: 404 })) });
    await using other = await startFaultyNode({
      files: new Map([...files].filter(([file]) => file.includes('/00:1'))),
    });
    const { code, report } = await runOnce(copy.path, [failing.url, other.url]);
    expect({ code, segments: report.totals.segments }).toEqual({ code: 0, segments: 20 });
    expect(other.count(/^\/segments\//)).toBe(5);
  });
});

describe.concurrent('(4) a suspect or partial segment', () => {
  it('is not fetched where a full one for the same start is here or comes', async () => {
    await using copy = await temporaryDirectory();
    const [here, comes] = [makeSegment(0), makeSegment(2)];
    writeFiles(copy.path, filesOf([here]));
    const lesser = [0, 2].flatMap((second) =>
      (['suspect', 'partial'] as const).map((type) => makeSegment(second, { type, seconds: '1.5' })),
    );
    const needed = makeSegment(4, { type: 'partial' });
    await using node = await startFaultyNode({ files: filesOf([here, comes, ...lesser, needed]) });
    const { code } = await runOnce(copy.path, [node.url]);
    expect(code).toBe(0);
    expect(listFiles(copy.path).sort()).toEqual([here.path, comes.path, needed.path].sort());
    expect(node.count(/^\/segments\//)).toBe(2);
  });
});

describe.concurrent('(5) and (6) metrics', () => {
  it('count contents that are here under a start that differs by 1 ms, and have no label for the hour', async () => {
    await using copy = await temporaryDirectory();
    const segments = makeSegments(20);
    writeFiles(copy.path, filesOf(segments));
    const shifted = segments.map(
      ({ name, content }) => [`${FOLDER}/${name.replace('.000000-', '.000900-')}`, content] as const,
    );
    const other = makeSegments(5, { hour: '2024-03-01T12' });
    await using node = await startFaultyNode({ files: new Map([...shifted, ...filesOf(other)]) });
    await using passes = await startPasses(copy.path, [`${node.url}#name=other`]);
    await waitFor(() => passes.logs().some(({ msg }) => msg === 'Backfill complete'), { timeoutMs: 60_000 });
    const metrics = await passes.metrics();
    const labels = { remote: 'other', channel: CHANNEL, quality: QUALITY };
    expect(metrics.sum('small_difference_segments', labels)).toBe(20);
    expect(metrics.sum('segments_backfilled_total', labels)).toBe(5);
    expect(metrics.sum('hours_backfilled_total', labels)).toBe(1);
    expect(metrics.text).not.toMatch(/\bhour=/);
    expect(listFiles(copy.path)).toHaveLength(25);
  });
});

describe.concurrent('(7) the recent cutoff', () => {
  it('counts from the end of a segment', async () => {
    await using copy = await temporaryDirectory();
    const now = Math.floor(Date.now() / 1000);
    const startingAgo = (seconds: number, duration: string): ReturnType<typeof makeSegment> => {
      const start = now - seconds;
      const hour = new Date(start * 1000).toISOString().slice(0, 13);
      return makeSegment(start % 3600, { hour, seconds: duration });
    };
    const [over, notYet] = [startingAgo(1900, '10.0'), startingAgo(1010, '60.0')];
    await using node = await startFaultyNode({ files: filesOf([over, notYet]) });
    const { code, report } = await runOnce(copy.path, [node.url], ['--recent-cutoff', '1000']);
    expect({ code, skipped: report.totals.skipped }).toEqual({ code: 0, skipped: { recent: 1 } });
    expect(listFiles(copy.path)).toEqual([over.path]);
  });
});

describe.concurrent('(9) extras', () => {
  it('that somebody is still writing are left out, and one beyond the limit is reported', async () => {
    await using copy = await temporaryDirectory();
    const good = new Map([
      ['emotes/a.png', Buffer.from('a')],
      ['emotes/deep/b.png', Buffer.from('b')],
    ]);
    const files = new Map<string, Uint8Array>([
      ...good,
      ['emotes/a.png.0b1d3f60-1c1f-4a52-9d3e-3f6f8a2f8c11.temp', Buffer.from('half')],
      ['emotes/large.png', Buffer.alloc(2_000_000)],
    ]);
    await using node = await startFaultyNode({ files });
    const { code, report } = await runOnce(copy.path, [node.url], ['--extras', 'emotes', '--max-extra-bytes', '1M']);
    expect({ code, failed: report.totals.failed }).toEqual({ code: 3, failed: { 'too-large': 1 } });
    expect(readFiles(copy.path)).toEqual(good);
    expect(node.count(/temp$/)).toBe(0);
  });
});

describe.concurrent('(10) and (11) odd names', () => {
  it('here and there stop nothing: stray files, broken chat names, temp files, names of no kind', async () => {
    await using copy = await temporaryDirectory();
    const chat = Buffer.from('{}\n');
    const chatName = `${CHANNEL}/chat/${HOUR}/07:00-${digestText(chat)}.json`;
    const odd = (folder: string): string[] =>
      [
        'nodash.json',
        '-.ts',
        'a-b-c-d.ts',
        '00:00.0-nan-full-x.ts',
        '.hidden',
        '99:99.9-2.0-full-x.ts',
        '%2e%2e',
        '\u{1f30a}.ts',
        `00:00.000000-2.0-temp-${folder.length}.ts`,
      ].map((name) => `${folder}/${name}`);
    const oddFiles = [FOLDER, `${CHANNEL}/chat/${HOUR}`].flatMap(odd);
    const strays = new Map(oddFiles.map((file) => [file, Buffer.from('odd')]));
    writeFiles(copy.path, strays);
    const good = filesOf(makeSegments(10)).set(chatName, chat);
    await using node = await startFaultyNode({ files: new Map([...strays, ...good]) });
    const { code } = await runOnce(copy.path, [node.url], ['--qualities', 'source,chat']);
    expect(code).toBe(0);
    const found = readFiles(copy.path);
    for (const [file, content] of good) expect(found.get(file)?.equals(content), file).toBe(true);
    expect(node.count(/^\/segments\//)).toBe(good.size);
    expect([...found.keys()].filter((file) => !good.has(file) && !strays.has(file))).toEqual([]);
    expect(path.basename(chatName)).not.toBe('');
  });
});
