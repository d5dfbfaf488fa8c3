import { readdirSync, readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { CHANNEL, cutStream } from '@waybill/stream-fixture';
import { temporaryDirectory, waitFor } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { listening, startBackfiller, startServe } from '../e2e/support/backfiller.ts';
import { cutPath } from './support/fixture-archive.ts';
import { framesOf, gapsOf, needFfmpeg, probe } from './support/probe.ts';

const DAY = '2025-03-14T';
/** Minutes of work for the encoder. */
const LONG = { start: '11:58:21.128', end: '12:01:20', type: 'webm' };

/** Processes that the process has begun. */
function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid.toString()}/task/${pid.toString()}/children`, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
}

async function begin(url: string): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = http.get(new URL(cutPath(LONG), url), { agent: false }, (response) => {
      response.on('error', () => undefined);
      response.once('data', () => {
        resolve(response);
      });
    });
    request.on('error', reject);
  });
}

describe('programs that cut with ffmpeg', () => {
  it('the command writes exact cuts, and an archive of each run', async (test) => {
    await needFfmpeg(test);
    await using base = await temporaryDirectory();
    await using target = await temporaryDirectory();
    cutStream(base.path, { qualities: ['source'], keep: (file) => !file.includes('T11/58:50') });
    const args = ['cut', CHANNEL, 'source', '--base-dir', base.path, '-o'];
    const range = ['--start', `${DAY}11:58:21.128`, '--end', `${DAY}11:58:27.328`];
    await using exact = await startBackfiller([...args, path.join(target.path, 'clip.ts'), ...range]);
    expect((await exact.exited).code).toBe(0);
    const clip = await probe(readFileSync(path.join(target.path, 'clip.ts')));
    expect(framesOf(clip, 'video')).toBe(155);
    expect(new Set(gapsOf(clip, 'video'))).toEqual(new Set([3600]));
    const holed = ['--start', `${DAY}11:58:46.608`, '--end', `${DAY}11:58:56.608`, '--allow-holes'];
    const show = path.join(target.path, 'show.mkv');
    await using archive = await startBackfiller([...args, show, ...holed, '--type', 'archive']);
    expect((await archive.exited).code).toBe(0);
    expect(readdirSync(target.path).sort()).toEqual(['clip.ts', 'show_1.mkv', 'show_2.mkv']);
    for (const name of ['show_1.mkv', 'show_2.mkv'])
      expect(framesOf(await probe(readFileSync(path.join(target.path, name))), 'video')).toBe(100);
  });

  it('the command writes to standard output, and says nothing else there', async (test) => {
    await needFfmpeg(test);
    await using base = await temporaryDirectory();
    const files = cutStream(base.path, { qualities: ['source'] });
    const range = ['--start', `${DAY}11:58:20.608`, '--end', `${DAY}11:58:22.608`, '--type', 'rough'];
    await using child = await startBackfiller(['cut', CHANNEL, 'source', '--base-dir', base.path, '-o', '-', ...range]);
    const { code, stdout } = await child.exited;
    expect(code).toBe(0);
    expect(stdout).toBe(readFileSync(path.join(base.path, files[0] ?? '')).toString());
  });

  it('the command leaves nothing when it is stopped in the middle, and ffmpeg ends with it', async (test) => {
    await needFfmpeg(test);
    await using base = await temporaryDirectory();
    await using target = await temporaryDirectory();
    cutStream(base.path, { qualities: ['source'] });
    const range = ['--start', `${DAY}11:58:21.128`, '--end', `${DAY}12:01:20`, '--type', 'webm'];
    const file = path.join(target.path, 'clip.webm');
    await using child = await startBackfiller([
      'cut',
      CHANNEL,
      'source',
      '--base-dir',
      base.path,
      '-o',
      file,
      ...range,
    ]);
    const pids = await waitFor(() => childrenOf(child.pid)[0] !== undefined && childrenOf(child.pid), {
      timeoutMs: 60_000,
    });
    child.kill('SIGTERM');
    expect((await child.exited).code).toBe(143);
    expect(readdirSync(target.path)).toEqual([]);
    await waitFor(() => !pids.some(isAlive), { what: 'the end of ffmpeg' });
  });

  it('the server kills ffmpeg with the request, and with itself', async (test) => {
    await needFfmpeg(test);
    await using base = await temporaryDirectory();
    cutStream(base.path, { qualities: ['source'] });
    await using service = await startServe(base.path);
    const first = await begin(service.url);
    const pids = childrenOf(service.pid);
    expect(pids.length).toBeGreaterThan(0);
    first.destroy();
    await waitFor(() => childrenOf(service.pid).length === 0, { what: 'the end of ffmpeg' });
    expect(pids.some(isAlive)).toBe(false);
    const second = await begin(service.url);
    const [pid = 0] = childrenOf(service.pid);
    expect(isAlive(pid)).toBe(true);
    second.pause();
    // Killed without a chance to do anything: ffmpeg finds its pipes closed.
    service.kill('SIGKILL');
    await service.exited;
    await waitFor(() => !isAlive(pid), { what: 'the end of ffmpeg' });
  });

  it('the server lets a cut go on after SIGTERM for as long as it may take, and kills it then', async (test) => {
    await needFfmpeg(test);
    await using base = await temporaryDirectory();
    cutStream(base.path, { qualities: ['source'] });
    const flags = ['--base-dir', base.path, '--host', '127.0.0.1', '--port', '0', '--drain', '1s'];
    await using service = await listening(await startBackfiller(['serve', ...flags]));
    const response = await begin(service.url);
    const broken = new Promise((resolve) => response.once('close', resolve));
    response.pause();
    const pids = childrenOf(service.pid);
    service.kill('SIGTERM');
    expect((await service.exited).code).toBe(0);
    response.resume();
    await broken;
    expect(response.complete).toBe(false);
    await waitFor(() => !pids.some(isAlive), { what: 'the end of ffmpeg' });
  });
});

function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid.toString()}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
