import { H264, HEVC } from '../mpeg-ts/program-tables.ts';
import type { SegmentFacts } from '../mpeg-ts/segment-facts.ts';
import { TICKS_PER_SECOND } from '../mpeg-ts/ticks.ts';

/** profile_idc of ITU-T H.264 annex A; those that x264 makes from 8-bit 4:2:0 pictures. Others are left to x264. */
const PROFILES: ReadonlyMap<number, string> = new Map([
  [66, 'baseline'],
  [77, 'main'],
  [100, 'high'],
]);

/** Without reordered frames. x265 sets the depth of its colours, and with it the profile, by the source's. */
const ENCODERS: ReadonlyMap<number, readonly string[]> = new Map([
  [H264, ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '18', '-bf', '0']],
  [HEVC, ['-c:v', 'libx265', '-preset', 'veryfast', '-crf', '20', '-x265-params', 'bframes=0:log-level=error']],
]);

/** Types of streams whose pictures can be encoded so that they fit. */
export const ENCODED_VIDEO: ReadonlySet<number> = new Set(ENCODERS.keys());

/**
 * Encodes the picture so that it fits between copied segments: codec, size, frame times and colours are those of the source,
 * the profile of H.264 too. Without reordered frames, and decoded as much ahead as the source is, so that DTS go on over the seam.
 */
export function seamVideoArgs({ video, profile, reorderTicks }: SegmentFacts): string[] {
  const named = video?.type === H264 ? PROFILES.get(profile ?? 0) : undefined;
  return [
    ...(ENCODERS.get(video?.type ?? H264) ?? []),
    ...(named === undefined ? [] : ['-profile:v', named]),
    // The times of the source, tick by tick: without these two, frames are moved to a regular grid.
    ...['-fps_mode', 'passthrough', '-enc_time_base', `1:${TICKS_PER_SECOND.toString()}`],
    ...['-bsf:v', `setts=dts=PTS-${reorderTicks.toString()}`],
  ];
}

/** Writes MPEG-TS with the PIDs of the source, and with the times as they are. */
export function seamMuxerArgs({ program, video, audio }: SegmentFacts): string[] {
  const streams = [video, audio].filter((stream) => stream !== undefined);
  return [
    ...streams.flatMap(({ pid }, index) => ['-streamid', `${index.toString()}:${pid.toString()}`]),
    ...['-mpegts_transport_stream_id', program.transportStreamId.toString()],
    ...['-mpegts_service_id', program.number.toString(), '-mpegts_pmt_start_pid', program.mapPid.toString()],
    ...['-muxdelay', '0', '-muxpreload', '0', '-avoid_negative_ts', 'disabled', '-f', 'mpegts', 'pipe:1'],
  ];
}
