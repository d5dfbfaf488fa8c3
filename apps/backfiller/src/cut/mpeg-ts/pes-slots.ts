import { byte, continuityOf, NULL_PID, PACKET_BYTES, payloadStart, pidOf } from './packet.ts';

const HEADER_BYTES = 4;
const PAYLOAD_BYTES = PACKET_BYTES - HEADER_BYTES;
const UNIT_START = 0x40;

/** A transport packet within a block. */
export interface PacketPlace {
  readonly bytes: Uint8Array;
  readonly at: number;
}

/** The PES packet that lies in these transport packets. */
export function joinPayload(slots: readonly PacketPlace[]): Buffer {
  return Buffer.concat(slots.map(({ bytes, at }) => bytes.subarray(payloadStart(bytes, at), at + PACKET_BYTES)));
}

/** Makes a packet one that only fills. */
export function blank({ bytes, at }: PacketPlace): void {
  bytes.fill(0xff, at + HEADER_BYTES, at + PACKET_BYTES);
  bytes.set([NULL_PID >> 8, NULL_PID & 0xff, 0x10], at + 1);
}

/**
 * Writes a PES packet in place of a longer one: into the last of its transport packets, so that the counters go on behind it;
 * those before are made blank. Adaptation fields are not kept.
 */
export function refill(slots: readonly PacketPlace[], payload: Uint8Array): void {
  const needed = Math.ceil(payload.length / PAYLOAD_BYTES);
  slots.slice(0, slots.length - needed).forEach(blank);
  slots.slice(slots.length - needed).forEach((slot, index) => {
    const part = payload.subarray(index * PAYLOAD_BYTES, (index + 1) * PAYLOAD_BYTES);
    writePacket(slot, part, index === 0);
  });
}

function writePacket({ bytes, at }: PacketPlace, payload: Uint8Array, isFirst: boolean): void {
  const [pid, counter] = [pidOf(bytes, at), continuityOf(bytes, at)];
  const kept = byte(bytes, at + 1) & 0xa0;
  const stuffing = PAYLOAD_BYTES - payload.length;
  bytes[at + 1] = kept | (isFirst ? UNIT_START : 0) | (pid >> 8);
  bytes[at + 3] = (stuffing > 0 ? 0x30 : 0x10) | counter;
  // A field of length 0 is the length byte alone; a longer one has flags, none of which is set.
  bytes.fill(0xff, at + HEADER_BYTES, at + HEADER_BYTES + stuffing);
  if (stuffing > 0) bytes[at + HEADER_BYTES] = stuffing - 1;
  if (stuffing > 1) bytes[at + HEADER_BYTES + 1] = 0;
  bytes.set(payload, at + HEADER_BYTES + stuffing);
}
