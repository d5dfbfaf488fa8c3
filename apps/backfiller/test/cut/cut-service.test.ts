import http from 'node:http';
import { CHANNEL } from '@waybill/stream-fixture';
import { temporaryDirectory, waitFor } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { ask } from '../serve/support.ts';
import { fakeFfmpeg, isGroupAlive } from './support/fake-ffmpeg.ts';
import { cutPath, fixtureArchive } from './support/fixture-archive.ts';

const FRAME = `/frame/${CHANNEL}/source.png?timestamp=2025-03-14T11:59`;
const WEBM = cutPath({ start: '11:58:26.608', end: '11:58:32.608', type: 'webm' });
/** Says something, and goes on for ever, in a child of its own. */
const ENDLESS = 'echo begun; sleep 600 & wait';

/** Asks, and resolves with the first bytes of the answer. */
async function begin(url: string, target: string): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    http
      .get(new URL(target, url), { agent: false }, (response) => {
        response.once('data', () => {
          resolve(response);
        });
      })
      .on('error', reject);
  });
}

describe('CutService', () => {
  it('kills ffmpeg and its children when the client goes away', async () => {
    await using directory = await temporaryDirectory();
    const { program, pids } = fakeFfmpeg(directory.path, ENDLESS);
    await using archive = await fixtureArchive({}, { cuts: { ffmpeg: program } });
    const response = await begin(archive.url, WEBM);
    const [pid = 0] = pids();
    expect(isGroupAlive(pid)).toBe(true);
    response.destroy();
    await waitFor(() => !isGroupAlive(pid), { what: 'the end of ffmpeg' });
    // The slot is free again.
    const again = await begin(archive.url, WEBM);
    expect(pids()).toHaveLength(2);
    again.destroy();
    await waitFor(() => !isGroupAlive(pids()[1] ?? 0), { what: 'the end of the second' });
  });

  it('kills ffmpeg when the client goes away before its first byte', async () => {
    await using directory = await temporaryDirectory();
    const { program, pids } = fakeFfmpeg(directory.path, 'sleep 600');
    await using archive = await fixtureArchive({}, { cuts: { ffmpeg: program } });
    const request = http.get(new URL(WEBM, archive.url), { agent: false });
    request.on('error', () => undefined);
    await waitFor(() => pids().length === 1, { what: 'the start' });
    request.destroy();
    await waitFor(() => !isGroupAlive(pids()[0] ?? 0), { what: 'the end of ffmpeg' });
  });

  it('lets in as many as it is told, makes twice as many wait, and sends the rest away', async () => {
    await using directory = await temporaryDirectory();
    const { program, pids } = fakeFfmpeg(directory.path, ENDLESS);
    await using archive = await fixtureArchive({}, { cuts: { ffmpeg: program, concurrency: 1 } });
    const first = await begin(archive.url, WEBM);
    const waiting = [begin(archive.url, WEBM), begin(archive.url, FRAME)];
    const metrics = async () => (await ask(archive.url, '/metrics')).body.toString();
    await waitFor(async () => /cuts_waiting(\{[^}]*\})? 2/.test(await metrics()), { what: 'two who wait' });
    const refused = await ask(archive.url, FRAME);
    expect(refused.status).toBe(503);
    expect(refused.headers['retry-after']).toBe('10');
    expect(JSON.parse(refused.body.toString())).toMatchObject({ code: 'ERR_CUTS_BUSY' });
    expect(pids()).toHaveLength(1);
    const rough = await ask(archive.url, WEBM.replace('webm', 'rough'));
    expect(rough.status).toBe(200);
    first.destroy();
    (await waiting[0])?.destroy();
    (await waiting[1])?.destroy();
    await waitFor(() => !pids().some(isGroupAlive), { what: 'the end of all' });
  });

  it('answers with what ffmpeg said, without control characters, where it fails at once', async () => {
    await using directory = await temporaryDirectory();
    const { program } = fakeFfmpeg(directory.path, `printf 'no \\033[31mway\\000 \\n' >&2; exit 3`);
    await using archive = await fixtureArchive({}, { cuts: { ffmpeg: program } });
    const { status, body } = await ask(archive.url, FRAME);
    const problem = JSON.parse(body.toString()) as { code: string; detail: string };
    expect([status, problem.code]).toEqual([500, 'ERR_FFMPEG_FAILED']);
    expect(problem.detail).toBe('ffmpeg ended with exit code 3: no [31mway');
  });

  it('breaks the connection off where ffmpeg fails later, and counts it', async () => {
    await using directory = await temporaryDirectory();
    const { program } = fakeFfmpeg(directory.path, 'echo begun; sleep 0.1; exit 1');
    await using archive = await fixtureArchive({}, { cuts: { ffmpeg: program } });
    await expect(ask(archive.url, WEBM)).rejects.toThrow(/aborted|hang up|reset/i);
    const metrics = (await ask(archive.url, '/metrics')).body.toString();
    expect(metrics).toMatch(/cut_latency_count\{[^}]*cut_type="webm",error="true"[^}]*\} 1/);
    expect(metrics).toMatch(/cuts_running(\{[^}]*\})? 0/);
  });

  it('takes no more from ffmpeg than the client reads', async () => {
    await using directory = await temporaryDirectory();
    const { program } = fakeFfmpeg(directory.path, `dd if=/dev/zero bs=65536 count=1600 2>'${directory.path}/said'`);
    await using archive = await fixtureArchive({}, { cuts: { ffmpeg: program } });
    const response = await begin(archive.url, WEBM);
    response.pause();
    let buffered = process.memoryUsage().arrayBuffers;
    const before = buffered;
    for (let turn = 0; turn < 30; turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      buffered = Math.max(buffered, process.memoryUsage().arrayBuffers);
    }
    // 100 MiB are there to be had.
    expect(buffered - before).toBeLessThan(30 * 1024 * 1024);
    response.destroy();
  });
});
