import { PACKET_BYTES, payloadStart, pidOf } from './packet.ts';
import { findPesHeader, pesContentStart } from './pes-header.ts';
import type { ElementaryStream, Program } from './program-tables.ts';
import { H264 } from './program-tables.ts';
import { DEFAULT_FRAME_TICKS } from './output-clock.ts';
import { StreamHead, readTimestamps } from './stream-head.ts';
import { ticksBetween } from './ticks.ts';

/** What has to be known of a segment to encode a part of it so that it fits to its neighbours. */
export interface SegmentFacts {
  readonly program: Program;
  readonly video: ElementaryStream | undefined;
  readonly audio: ElementaryStream | undefined;
  /** PTS of the first picture in the stream, or of the first audio where there is no video. 33 bits. */
  readonly firstPts: number;
  /** How long pictures wait for others to be decoded: PTS - DTS of the first one. */
  readonly reorderTicks: number;
  /** From one picture to the next, the most frequent; 3003 where it cannot be seen. */
  readonly frameTicks: number;
  /** profile_idc of the H.264 stream (ITU-T H.264 annex A); undefined where there is none. */
  readonly profile: number | undefined;
}

/** Looks at whole packets. Undefined where they hold no tables or no timestamps. */
export function segmentFacts(bytes: Uint8Array): SegmentFacts | undefined {
  const head = new StreamHead();
  const whole = bytes.length - (bytes.length % PACKET_BYTES);
  for (let at = 0; at < whole && !head.isComplete; at += PACKET_BYTES) head.offer(bytes, at);
  const { program, starts } = head;
  const video = starts.find(({ stream }) => stream.role === 'video');
  const audio = starts.find(({ stream }) => stream.role === 'audio');
  const main = video ?? audio;
  if (program === undefined || main === undefined) return undefined;
  return {
    ...{ program, video: video?.stream, audio: audio?.stream, firstPts: main.pts },
    reorderTicks: Math.max(0, ticksBetween(main.dts, main.pts)),
    frameTicks: mostFrequentGap(dtsOf(bytes.subarray(0, whole), main.stream.pid)),
    profile: video?.stream.type !== H264 ? undefined : profileOf(bytes.subarray(0, whole), video.stream.pid),
  };
}

function dtsOf(bytes: Uint8Array, pid: number): number[] {
  const all: number[] = [];
  for (let at = 0; at < bytes.length; at += PACKET_BYTES) {
    const timestamps = pidOf(bytes, at) === pid ? readTimestamps(bytes, at) : undefined;
    if (timestamps !== undefined) all.push(timestamps.dts);
  }
  return all;
}

function mostFrequentGap(all: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const [index, dts] of all.entries()) {
    const gap = index === 0 ? 0 : ticksBetween(all[index - 1] ?? dts, dts);
    if (gap > 0) counts.set(gap, (counts.get(gap) ?? 0) + 1);
  }
  const [best] = [...counts].sort((a, b) => b[1] - a[1]);
  return best?.[0] ?? DEFAULT_FRAME_TICKS;
}

/** The byte behind the head of the first sequence parameter set: 00 00 01, type 7 in the low five bits. */
function profileOf(bytes: Uint8Array, pid: number): number | undefined {
  for (let at = 0; at < bytes.length; at += PACKET_BYTES) {
    if (pidOf(bytes, at) !== pid) continue;
    const header = findPesHeader(bytes, at);
    const start = header === -1 ? payloadStart(bytes, at) : pesContentStart(bytes, header);
    for (let index = start; index + 4 < at + PACKET_BYTES; index += 1) {
      const isUnit = bytes[index] === 0 && bytes[index + 1] === 0 && bytes[index + 2] === 1;
      if (isUnit && ((bytes[index + 3] ?? 0) & 0x1f) === 7) return bytes[index + 4];
    }
  }
  return undefined;
}
