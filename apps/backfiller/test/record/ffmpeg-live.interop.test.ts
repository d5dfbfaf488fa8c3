import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { runProgram, skipWithout, temporaryDirectory, waitFor } from '@waybill/test-kit';
import type { SkippableTest } from '@waybill/test-kit';
import { expect, it } from 'vitest';
import { dishonestFiles, listFiles, readFiles } from '../e2e/support/archive-files.ts';
import { runOnce, startBackfiller, startServe } from '../e2e/support/backfiller.ts';

const SEGMENTS = 24;
const FRAMES_PER_SEGMENT = 25;
/** These two are sent as stitched ads. */
const AD_FILES = /^440-00[45]\.ts$/;
const AD = /(#EXTINF:[\d.]+),(?=\n(?:#.*\n)*440-00[45]\.ts$)/gm;

/** A live stream of a second's segments, made in real time. `discont_start` puts a discontinuity before what is added. */
function startFfmpeg(folder: string, seconds: number, tone: number): ChildProcess {
  const video = ['-re', '-f', 'lavfi', '-i', `testsrc2=size=160x120:rate=25:duration=${seconds}`];
  const audio = ['-f', 'lavfi', '-i', `sine=frequency=${tone}:duration=${seconds}`];
  const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25', '-keyint_min', '25', '-sc_threshold', '0'];
  const flags = 'program_date_time+append_list+omit_endlist+discont_start+temp_file';
  const hls = ['-f', 'hls', '-hls_time', '1', '-hls_list_size', '10', '-hls_flags', flags];
  const files = ['-hls_segment_filename', path.join(folder, `${tone}-%03d.ts`), path.join(folder, 'live.m3u8')];
  return spawn('ffmpeg', ['-v', 'error', '-nostdin', ...video, ...audio, ...codecs, '-c:a', 'aac', ...hls, ...files], {
    stdio: 'ignore',
  });
}

interface LiveOrigin extends AsyncDisposable {
  readonly url: string;
  /** Media URLs that were given out before are refused. */
  changeUrl(): void;
  /** The playlist stays as it is while this is true. */
  stalled: boolean;
}

async function serveFolder(folder: string): Promise<LiveOrigin> {
  let token = 1;
  let frozen: string | undefined;
  const server: Server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
    const file = path.join(folder, path.basename(pathname));
    if (pathname === '/master.m3u8')
      response.end(`#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=100000,RESOLUTION=160x120\n/live.m3u8?token=${token}\n`);
    else if (!existsSync(file)) response.writeHead(404).end();
    else if (pathname !== '/live.m3u8') createReadStream(file).pipe(response);
    else if (Number(searchParams.get('token')) < token) response.writeHead(403).end();
    else response.end((frozen ?? readFileSync(file, 'utf8')).replaceAll(AD, '$1,Amazon|1234'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/master.m3u8`,
    changeUrl: () => void (token += 1),
    get stalled() {
      return frozen !== undefined;
    },
    set stalled(value) {
      frozen = value ? readFileSync(path.join(folder, 'live.m3u8'), 'utf8') : undefined;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function needFfmpeg(test: SkippableTest): Promise<void> {
  const found =
    (await runProgram('ffmpeg', ['-version'])) ?? skipWithout(test, 'ffmpeg (Debian: ffmpeg) is not installed');
  expect(found.code).toBe(0);
}

/** Video frames that ffprobe decodes of a file. */
async function framesOf(file: string): Promise<number> {
  const entries = ['-select_streams', 'v:0', '-count_frames', '-show_entries', 'stream=nb_read_frames'];
  const result = await runProgram('ffprobe', ['-v', 'error', ...entries, '-of', 'csv=p=0', file]);
  expect(result?.stderr).toBe('');
  return Number.parseInt(result?.stdout ?? '', 10);
}

const recordArgs = (base: string, url: string): string[] => [
  ...['record', `live=${url}`, '--base-dir', base, '--metrics-port', '0', '--stall-timeout', '2s'],
];

it('a live stream of ffmpeg, with a discontinuity, a URL that changes, an ad break, a stall and a kill, is complete on two nodes after backfilling both ways', async (test) => {
  await needFfmpeg(test);
  await using place = await temporaryDirectory();
  const [folder, a, b] = ['hls', 'a', 'b'].map((name) => path.join(place.path, name)) as [string, string, string];
  mkdirSync(folder);
  await using origin = await serveFolder(folder);
  const playlist = path.join(folder, 'live.m3u8');
  const first = startFfmpeg(folder, SEGMENTS / 2, 440);
  await waitFor(() => existsSync(playlist), { timeoutMs: 30_000 });
  const made = (): number => listFiles(folder).filter((file) => file.endsWith('.ts')).length;
  {
    await using one = await startBackfiller(recordArgs(a, origin.url));
    await using other = await startBackfiller(recordArgs(b, origin.url));
    await waitFor(() => listFiles(a).length > 2 && listFiles(b).length > 2, { timeoutMs: 30_000 });
    other.kill('SIGKILL');
    origin.changeUrl();
    await once(first, 'exit');
    const second = startFfmpeg(folder, SEGMENTS / 2, 880);
    await waitFor(() => made() >= SEGMENTS / 2 + 2, { timeoutMs: 30_000 });
    origin.stalled = true;
    // The killed one is started again; the other is stopped before the end.
    await using third = await startBackfiller(recordArgs(b, origin.url));
    await waitFor(() => made() >= SEGMENTS / 2 + 5, { timeoutMs: 30_000 });
    origin.stalled = false;
    await waitFor(() => listFiles(a).length >= SEGMENTS / 2 + 5, { timeoutMs: 30_000 });
    one.kill('SIGTERM');
    expect((await one.exited).code).toBe(0);
    await once(second, 'exit');
    writeFileSync(playlist, `${readFileSync(playlist, 'utf8')}#EXT-X-ENDLIST\n`);
    const newest = readFileSync(path.join(folder, `880-${String(made() - 1).padStart(3, '0')}.ts`));
    await waitFor(
      () => [...readFiles(b)].some(([file, content]) => file.includes('-full-') && content.equals(newest)),
      { timeoutMs: 30_000 },
    );
    third.kill('SIGTERM');
    expect((await third.exited).code).toBe(0);
  }
  expect(listFiles(a)).not.toEqual(listFiles(b));
  {
    await using serveA = await startServe(a);
    await using serveB = await startServe(b);
    const passes = ['live', '--recent-cutoff', '0'];
    expect((await runOnce(b, [serveA.url], passes)).code).toBe(0);
    expect((await runOnce(a, [serveB.url], passes)).code).toBe(0);
  }
  expect(listFiles(a).sort()).toEqual(listFiles(b).sort());
  expect(dishonestFiles(a)).toEqual([]);
  const origins = listFiles(folder).filter((file) => file.endsWith('.ts') && !AD_FILES.test(file));
  expect(origins).toHaveLength(SEGMENTS - 2);
  const recorded = [...readFiles(a)].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, content]) => content);
  const sent = origins.sort().map((file) => readFileSync(path.join(folder, file)));
  expect(recorded.map((content) => content.length)).toEqual(sent.map((content) => content.length));
  expect(recorded.every((content, index) => content.equals(sent[index] ?? Buffer.alloc(0)))).toBe(true);
  const joined = path.join(place.path, 'joined.ts');
  writeFileSync(joined, Buffer.concat(recorded));
  expect(await framesOf(joined)).toBe((SEGMENTS - 2) * FRAMES_PER_SEGMENT);
});
