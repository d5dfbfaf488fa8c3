// Checks that the committed files are what index.json and README.md say, without ffmpeg.
//
//   node verify.mjs
//
// Prints one line per fact; exits with 1 if one of them is wrong.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { PACKET_BYTES, TIMESTAMP_MODULUS, packets, videoFrames } from './mpegts.mjs';

const MEDIA_LIMIT_BYTES = 6_000_000;
const FRAME_TICKS = 90_000 / 25;
/** ffmpeg's muxer begins a segment with these tables: SDT on PID 17, PAT on 0, PMT on 4096. */
const TABLE_PIDS = [17, 0, 4096];
const VIDEO_PID = 256;

let failures = 0;

/** @param {boolean} holds @param {string} fact */
function check(holds, fact) {
  if (!holds) failures += 1;
  if (!holds || !process.argv.includes('--quiet')) process.stdout.write(`${holds ? 'ok    ' : 'WRONG '} ${fact}\n`);
}

/** @param {string} file */
function read(file) {
  return readFileSync(new URL(file, import.meta.url));
}

/** @param {Uint8Array} bytes @param {BufferEncoding & import('node:crypto').BinaryToTextEncoding} encoding */
function sha256(bytes, encoding) {
  return createHash('sha256').update(bytes).digest(encoding);
}

/** @param {{ file: string, sizeBytes: number, sha256: string }} entry */
function checkFile(entry) {
  const bytes = read(entry.file);
  check(bytes.length === entry.sizeBytes, `${entry.file} has ${entry.sizeBytes} bytes`);
  check(sha256(bytes, 'hex') === entry.sha256, `${entry.file} has sha256 ${entry.sha256}`);
  return bytes;
}

/** @param {readonly boolean[]} results */
function all(results) {
  return results.length > 0 && results.every(Boolean);
}

/** Offsets, sizes, hashes, times and names of one quality. */
function checkSegments(quality, bytes, pieces) {
  const { file, segments } = quality;
  const end = segments.reduce((at, segment) => (segment.offsetBytes === at ? at + segment.sizeBytes : NaN), 0);
  check(end === bytes.length, `${file} is covered by ${segments.length} segments without gap or overlap`);
  check(all(segments.map((s, i) => sha256(pieces[i], 'hex') === s.sha256)), `${file}: every segment has its sha256`);
  check(all(segments.map((s, i) => s.path === archivePath(s, pieces[i]))), `${file}: every path is that of an archive`);
  const late = segments.filter((s, i) => i > 0 && s.startMicros !== endMicros(segments[i - 1]));
  check(late.length === 0, `${file}: each segment starts where the one before ends`);
  const hours = new Set(segments.map(({ path }) => path.slice(0, 13)));
  check(hours.size === 2, `${file} fills the hour folders ${[...hours].join(' and ')}`);
  const newHour = segments.findIndex(({ path }) => !path.startsWith([...hours][0]));
  check(newHour === quality.newHourSegment, `${file}: the new hour begins with segment ${newHour}`);
}

function endMicros(segment) {
  return segment.startMicros + Math.round(Number(segment.durationSeconds) * 1_000_000);
}

function archivePath(segment, bytes) {
  const iso = new Date(segment.startMicros / 1000).toISOString();
  const time = `${iso.slice(14, 19)}.${String(segment.startMicros % 1_000_000).padStart(6, '0')}`;
  return `${iso.slice(0, 13)}/${time}-${segment.durationSeconds}-${segment.type}-${sha256(bytes, 'base64url')}.ts`;
}

/** What a player sees: tables, key frames, counters, timestamps. */
function checkStream(quality, bytes, pieces) {
  const { file, segments } = quality;
  const heads = pieces.map((piece) => [...packets(piece.subarray(0, 3 * PACKET_BYTES))].map(({ pid }) => pid));
  check(
    all(heads.map((pids) => pids.join() === TABLE_PIDS.join())),
    `${file}: every segment begins with SDT, PAT, PMT`,
  );
  const frames = pieces.map(videoFrames);
  check(all(frames.map(([first]) => first.randomAccess)), `${file}: every segment begins with a key frame`);
  const exact = frames.map((list, i) => list.length === Math.round(Number(segments[i].durationSeconds) * 25));
  check(all(exact), `${file}: every segment has 25 frames per second of its duration`);
  checkTimes(quality, frames);
  checkCounters(quality, pieces);
  const packetCount = bytes.length / PACKET_BYTES;
  check(frames.flat().length === quality.frames, `${file}: ${packetCount} packets, ${quality.frames} frames`);
}

function checkTimes({ file, wrapSegment, restartSegment }, frames) {
  const before = frames.slice(0, restartSegment).flat();
  const after = frames.slice(restartSegment).flat();
  check(
    steady(before) && steady(after),
    `${file}: DTS advance by one frame, modulo 2^33, on both sides of the restart`,
  );
  const wraps = frames.flatMap((list, i) => (drops(list) ? [i] : []));
  check(wraps.join() === String(wrapSegment), `${file}: PTS pass 2^33 once, inside segment ${wraps.join()}`);
  const jump = after[0].dts - before[before.length - 1].dts;
  check(jump !== FRAME_TICKS, `${file}: timestamps restart at segment ${restartSegment} (DTS ${signed(jump)})`);
  const reordered = [...pairs(before), ...pairs(after)].filter(([a, b]) => distance(a.pts, b.pts) < 0).length;
  check(reordered > 0, `${file}: ${reordered} frames are shown before one decoded earlier (B-frames)`);
}

function pairs(list) {
  return list.slice(1).map((item, i) => [list[i], item]);
}

/** From a to b on the 33-bit circle, the shorter way round. */
function distance(a, b) {
  const forward = (b - a + TIMESTAMP_MODULUS) % TIMESTAMP_MODULUS;
  return forward > TIMESTAMP_MODULUS / 2 ? forward - TIMESTAMP_MODULUS : forward;
}

function steady(frames) {
  return pairs(frames).every(([a, b]) => distance(a.dts, b.dts) === FRAME_TICKS);
}

function drops(frames) {
  const times = frames.map(({ pts }) => pts);
  return Math.max(...times) - Math.min(...times) > TIMESTAMP_MODULUS / 2;
}

function signed(ticks) {
  return ticks > 0 ? `+${ticks}` : String(ticks);
}

/** Counters run on from one segment to the next, except at the restart. */
function checkCounters({ file, restartSegment }, pieces) {
  const last = new Map();
  const broken = new Set();
  for (const [i, piece] of pieces.entries()) {
    for (const { pid, counter, hasPayload } of packets(piece)) {
      if (!hasPayload) continue;
      if (last.has(pid) && (last.get(pid) + 1) % 16 !== counter) broken.add(`${i}:${pid}`);
      last.set(pid, counter);
    }
  }
  const places = new Set([...broken].map((key) => key.split(':')[0]));
  const onlyThere = places.size === 1 && broken.has(`${restartSegment}:${VIDEO_PID}`);
  check(onlyThere, `${file}: continuity counters break at segment ${restartSegment} only`);
}

function checkChat(entry) {
  const lines = checkFile(entry)
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const times = lines.map(({ time }) => time * 1_000_000 - entry.startMicros);
  const ordered = times.every((time, i) => time >= 0 && time < 60_000_000 && (i === 0 || time >= times[i - 1]));
  check(
    ordered && lines.length === entry.messages,
    `${entry.file}: ${lines.length} messages in order within the minute`,
  );
}

const index = JSON.parse(read('index.json').toString('utf8'));
let mediaBytes = 0;
for (const quality of Object.values(index.qualities)) {
  const bytes = checkFile(quality);
  const pieces = quality.segments.map((s) => bytes.subarray(s.offsetBytes, s.offsetBytes + s.sizeBytes));
  checkSegments(quality, bytes, pieces);
  checkStream(quality, bytes, pieces);
  mediaBytes += bytes.length;
}
for (const entry of index.chat) checkChat(entry);
for (const entry of index.extras) {
  const isPng = checkFile(entry).subarray(1, 4).toString('latin1') === 'PNG';
  check(isPng, `${entry.file} is a PNG`);
  mediaBytes += entry.sizeBytes;
}
check(mediaBytes <= MEDIA_LIMIT_BYTES, `media and emotes are ${mediaBytes} bytes, at most ${MEDIA_LIMIT_BYTES}`);
process.exitCode = failures === 0 ? 0 : 1;
