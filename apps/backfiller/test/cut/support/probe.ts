import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { runProgram, skipWithout, temporaryDirectory } from '@waybill/test-kit';
import type { SkippableTest } from '@waybill/test-kit';

export interface ProbedPacket {
  readonly stream: number;
  readonly pts: number;
  readonly dts: number;
}

export interface ProbedStream {
  readonly codec: string;
  readonly type: string;
  readonly profile: string | undefined;
  readonly width: number | undefined;
  /** Decoded. */
  readonly frames: number;
}

export interface Probed {
  readonly streams: readonly ProbedStream[];
  readonly packets: readonly ProbedPacket[];
  /** Seconds; NaN where the file does not say. */
  readonly duration: number;
  /** What ffprobe complained of. */
  readonly said: string;
}

export async function needFfmpeg(test: SkippableTest): Promise<void> {
  for (const program of ['ffmpeg', 'ffprobe']) {
    if ((await runProgram(program, ['-version'])) === undefined)
      skipWithout(test, `${program} (Debian: ffmpeg) is not installed`);
  }
}

interface Shown {
  streams: { codec_name: string; codec_type: string; profile?: string; width?: number; nb_read_frames?: string }[];
  packets: { stream_index: number; pts: number; dts: number }[];
  format: { duration?: string };
}

/** Decodes every frame with ffprobe, and lists every packet. */
export async function probe(body: Uint8Array): Promise<Probed> {
  await using directory = await temporaryDirectory();
  const file = path.join(directory.path, 'video');
  writeFileSync(file, body);
  const args = ['-v', 'warning', '-print_format', 'json', '-count_frames', '-show_packets', '-show_streams'];
  const result = await runProgram('ffprobe', [...args, '-show_format', file]);
  if (result?.code !== 0) throw new Error(result?.stderr);
  const { streams, packets, format } = JSON.parse(result.stdout) as Shown;
  return {
    streams: streams.map((one) => ({
      ...{ codec: one.codec_name, type: one.codec_type, profile: one.profile, width: one.width },
      frames: Number(one.nb_read_frames),
    })),
    packets: packets.map(({ stream_index: stream, pts, dts }) => ({ stream, pts, dts })),
    duration: Number(format.duration),
    said: result.stderr,
  };
}

/** From each packet of a stream to the next, in the stream's own unit. */
export function gapsOf({ packets, streams }: Probed, type: string): number[] {
  const index = streams.findIndex((one) => one.type === type);
  const all = packets.filter(({ stream }) => stream === index).map(({ dts }) => dts);
  return all.slice(1).map((dts, position) => dts - (all[position] ?? 0));
}

export function framesOf({ streams }: Probed, type: string): number {
  return streams.find((one) => one.type === type)?.frames ?? 0;
}
