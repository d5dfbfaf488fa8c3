// Prints index.json: what lies where in the media, and the name that each piece has in an archive.
//
//   node index.mjs DIRECTORY SCRATCH > index.json
//
// DIRECTORY holds media/, chat/ and emotes/; SCRATCH holds the encoder's segments and playlists
// (QUALITY/a and QUALITY/b), whose EXTINF values become the durations, as a downloader does it.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { videoFrames } from './mpegts.mjs';

const CHANNEL = 'example';
const STREAM_START_MICROS = Date.parse('2025-03-14T11:58:20.608Z') * 1000;
const QUALITIES = [
  { name: 'source', width: 640, height: 360 },
  { name: '480p', width: 426, height: 240 },
];
/** A wubloader archive names emotes `emotes/ID/THEME-SCALE`, without an extension. */
const EMOTES = [
  { file: 'emotes/parcel-28.png', path: 'emotes/90000001/dark-1.0' },
  { file: 'emotes/parcel-112.png', path: 'emotes/90000001/dark-3.0' },
];

const [directory = '.', scratch = '.'] = process.argv.slice(2);

/** @param {Uint8Array} bytes */
function sha256(bytes) {
  return createHash('sha256').update(bytes);
}

/** `2025-03-14T11/58:20.608000`, the hour folder and the beginning of the name. @param {number} micros */
function hourAndTime(micros) {
  const iso = new Date(Math.floor(micros / 1000)).toISOString();
  const fraction = String(micros % 1_000_000).padStart(6, '0');
  return { hour: iso.slice(0, 13), minuteSecond: iso.slice(14, 19), fraction };
}

/** The text that Python gives a float, which is what stands in the names: `2.0`, `1.4`. @param {number} seconds */
function pythonFloat(seconds) {
  return Number.isInteger(seconds) ? `${seconds}.0` : String(seconds);
}

/** @param {string} folder @returns {{ bytes: Buffer, seconds: number }[]} */
function readPart(folder) {
  const playlist = readFileSync(join(folder, 'list.m3u8'), 'utf8');
  return [...playlist.matchAll(/#EXTINF:([\d.]+),\n(.+)\n/g)].map(([, seconds = '', name = '']) => ({
    bytes: readFileSync(join(folder, name)),
    seconds: Number(seconds),
  }));
}

/** @param {{ bytes: Buffer, seconds: number }[]} pieces */
function segments(pieces) {
  let offsetBytes = 0;
  let startMicros = STREAM_START_MICROS;
  return pieces.map(({ bytes, seconds }) => {
    const { hour, minuteSecond, fraction } = hourAndTime(startMicros);
    const durationSeconds = pythonFloat(seconds);
    const hash = sha256(bytes).digest('base64url');
    const segment = {
      offsetBytes,
      sizeBytes: bytes.length,
      startMicros,
      durationSeconds,
      type: 'full',
      sha256: sha256(bytes).digest('hex'),
      path: `${hour}/${minuteSecond}.${fraction}-${durationSeconds}-full-${hash}.ts`,
    };
    offsetBytes += bytes.length;
    startMicros += Math.round(seconds * 1_000_000);
    return segment;
  });
}

/** @param {{ name: string, width: number, height: number }} quality */
function describeQuality({ name, width, height }) {
  const before = readPart(join(scratch, name, 'a'));
  const after = readPart(join(scratch, name, 'b'));
  const list = segments([...before, ...after]);
  const bytes = readFileSync(join(directory, 'media', `${name}.mpegts`));
  return {
    file: `media/${name}.mpegts`,
    sizeBytes: bytes.length,
    sha256: sha256(bytes).digest('hex'),
    width,
    height,
    frames: videoFrames(bytes).length,
    wrapSegment: before.findIndex((piece) => holdsWrap(piece.bytes)),
    newHourSegment: list.findIndex(({ path }) => !path.startsWith(list[0]?.path.slice(0, 13) ?? '')),
    restartSegment: before.length,
    segments: list,
  };
}

/** The presentation time falls by nearly 2^33 inside the segment. @param {Uint8Array} bytes */
function holdsWrap(bytes) {
  const times = videoFrames(bytes).map(({ pts }) => pts);
  return Math.max(...times) - Math.min(...times) > 2 ** 32;
}

/** @param {string} name `2025-03-14T11-58.ndjson` */
function describeChat(name) {
  const bytes = readFileSync(join(directory, 'chat', name));
  const startMicros = Date.parse(`${name.slice(0, 13)}:${name.slice(14, 16)}:00Z`) * 1000;
  const { hour, minuteSecond } = hourAndTime(startMicros);
  return {
    file: `chat/${name}`,
    sizeBytes: bytes.length,
    startMicros,
    messages: bytes.toString('utf8').trimEnd().split('\n').length,
    sha256: sha256(bytes).digest('hex'),
    path: `${hour}/${minuteSecond}-${sha256(bytes).digest('base64url')}.json`,
  };
}

/** @param {{ file: string, path: string }} emote */
function describeEmote({ file, path }) {
  const bytes = readFileSync(join(directory, file));
  return { file, sizeBytes: bytes.length, sha256: sha256(bytes).digest('hex'), path };
}

const index = {
  channel: CHANNEL,
  qualities: Object.fromEntries(QUALITIES.map((quality) => [quality.name, describeQuality(quality)])),
  chat: readdirSync(join(directory, 'chat')).sort().map(describeChat),
  extras: EMOTES.map(describeEmote),
};
process.stdout.write(`${JSON.stringify(index, null, 2)}\n`);
