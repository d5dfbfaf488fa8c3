// As much of MPEG-TS (ISO/IEC 13818-1) as the fixture's scripts need, and no more: it reads the
// streams of make.sh, of which it knows that every packet carries the fields read here.

export const PACKET_BYTES = 188;
/** PTS and DTS are 33 bits wide and count 90,000 per second. */
export const TIMESTAMP_MODULUS = 2 ** 33;

const SYNC_BYTE = 0x47;
const VIDEO_STREAM_IDS = [0xe0, 0xef];

/**
 * @typedef {object} Packet
 * @property {number} pid
 * @property {number} counter continuity counter, 0 to 15
 * @property {boolean} unitStart a PES packet or a table section begins here
 * @property {boolean} randomAccess decoding may start here
 * @property {boolean} hasPayload only these advance the counter
 * @property {Uint8Array} payload
 */

/** @param {Uint8Array} bytes whole packets @returns {Generator<Packet>} */
export function* packets(bytes) {
  if (bytes.length % PACKET_BYTES !== 0) throw new Error(`${bytes.length} bytes are not whole packets`);
  for (let at = 0; at < bytes.length; at += PACKET_BYTES) {
    yield readPacket(bytes.subarray(at, at + PACKET_BYTES), at);
  }
}

/** @param {Uint8Array} packet @param {number} at offset, for the error @returns {Packet} */
function readPacket(packet, at) {
  const [sync = 0, high = 0, low = 0, control = 0, fieldLength = 0, flags = 0] = packet;
  if (sync !== SYNC_BYTE) throw new Error(`no sync byte at offset ${at}`);
  const hasField = (control & 0x20) !== 0;
  return {
    pid: ((high & 0x1f) << 8) | low,
    counter: control & 0x0f,
    unitStart: (high & 0x40) !== 0,
    randomAccess: hasField && fieldLength > 0 && (flags & 0x40) !== 0,
    hasPayload: (control & 0x10) !== 0,
    payload: packet.subarray(hasField ? 5 + fieldLength : 4),
  };
}

/**
 * The video frames in the order of decoding. The muxer of make.sh writes one frame per PES packet.
 *
 * @param {Uint8Array} bytes whole packets
 * @returns {{ pts: number, dts: number, randomAccess: boolean }[]}
 */
export function videoFrames(bytes) {
  const frames = [];
  for (const { unitStart, randomAccess, payload } of packets(bytes)) {
    if (unitStart && isVideoStart(payload)) frames.push({ ...readTimes(payload), randomAccess });
  }
  return frames;
}

/** @param {Uint8Array} payload */
function isVideoStart(payload) {
  const [first, second, third, streamId = 0] = payload;
  const [lowest = 0, highest = 0] = VIDEO_STREAM_IDS;
  return first === 0 && second === 0 && third === 1 && streamId >= lowest && streamId <= highest;
}

/** @param {Uint8Array} pes a PES header with a PTS; without a DTS, the two are equal */
function readTimes(pes) {
  const hasDts = ((pes[7] ?? 0) & 0x40) !== 0;
  const pts = readTimestamp(pes.subarray(9, 14));
  return { pts, dts: hasDts ? readTimestamp(pes.subarray(14, 19)) : pts };
}

/** @param {Uint8Array} field 33 bits in 3 + 15 + 15, each group followed by a marker bit */
function readTimestamp([a = 0, b = 0, c = 0, d = 0, e = 0]) {
  return ((a >> 1) & 7) * 2 ** 30 + ((b << 7) | (c >> 1)) * 2 ** 15 + ((d << 7) | (e >> 1));
}
