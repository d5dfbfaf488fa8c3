import path from 'node:path';
import { cutStream } from '@waybill/stream-fixture';
import { runProgram, skipWithout, spawnChild, temporaryDirectory } from '@waybill/test-kit';
import type { SkippableTest, SpawnedChild } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';

const MAIN = path.resolve(import.meta.dirname, '../../src/main.ts');
const FRAMES = 4660;

async function serve(base: string): Promise<{ child: SpawnedChild; url: string }> {
  const flags = ['--base-dir', base, '--host', '127.0.0.1', '--port', '0', '--json', '--log-level', 'warn'];
  const child = await spawnChild(MAIN, ['serve', ...flags]);
  for await (const line of child.lines) return { child, url: (JSON.parse(line) as { url: string }).url };
  throw new Error((await child.exited).stderr);
}

async function probe(test: SkippableTest, ...args: string[]): Promise<string> {
  const result = await runProgram('ffprobe', ['-v', 'error', '-print_format', 'json', ...args]);
  if (result === undefined) return skipWithout(test, 'ffprobe (Debian: ffmpeg) is not installed');
  return result.stdout;
}

/** Video packets that ffprobe reads from a playlist, from the first segment to the last. */
async function videoPackets(test: SkippableTest, playlist: string): Promise<number> {
  const out = await probe(
    test,
    '-select_streams',
    'v:0',
    '-count_packets',
    '-show_entries',
    'stream=nb_read_packets',
    playlist,
  );
  const { streams } = JSON.parse(out) as { streams: { nb_read_packets: string }[] };
  return Number(streams[0]?.nb_read_packets);
}

describe('ffmpeg', () => {
  it('reads every frame of a served playlist, over the wrap of the timestamps, the hour and the restart', async (test) => {
    await using directory = await temporaryDirectory();
    cutStream(directory.path);
    const { child, url } = await serve(directory.path);
    await using _child = child;
    expect(await videoPackets(test, `${url}/playlist/example/source.m3u8`)).toBe(FRAMES);
    expect(await videoPackets(test, `${url}/playlist/example/480p.m3u8`)).toBe(FRAMES);
  });

  it('finds both qualities in the master playlist', async (test) => {
    await using directory = await temporaryDirectory();
    cutStream(directory.path);
    const { child, url } = await serve(directory.path);
    await using _child = child;
    const out = await probe(test, '-show_entries', 'stream=codec_type,width', `${url}/playlist/example.m3u8`);
    const { streams } = JSON.parse(out) as { streams: { codec_type: string; width?: number }[] };
    expect(
      streams
        .filter(({ codec_type }) => codec_type === 'video')
        .map(({ width }) => width)
        .sort(),
    ).toEqual([426, 640]);
  });

  it('reads on behind a hole', async (test) => {
    await using directory = await temporaryDirectory();
    cutStream(directory.path, { keep: (file) => !file.includes('T11/59:2') });
    const { child, url } = await serve(directory.path);
    await using _child = child;
    const lost = 5 * 50;
    expect(await videoPackets(test, `${url}/playlist/example/source.m3u8`)).toBe(FRAMES - lost);
  });
});
