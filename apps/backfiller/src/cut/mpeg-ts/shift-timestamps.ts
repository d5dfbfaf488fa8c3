import { findOpcr, findPcr, readClockBase, writeClockBase } from './clock-reference.ts';
import { PACKET_BYTES } from './packet.ts';
import { dtsField, findPesHeader, ptsField, readTimestamp, timestampsEnd, writeTimestamp } from './pes-header.ts';
import { wrapTicks } from './ticks.ts';
import { TsInvalidError } from './ts-invalid-error.ts';
import type { PacketBlock } from './whole-packets.ts';
import { wholePackets } from './whole-packets.ts';

/** Adds to PTS and DTS of the PES packet that begins in a packet, modulo 2^33. Throws TsInvalidError where they do not lie in it. */
export function shiftPes(bytes: Uint8Array, at: number, ticks: number, offsetBytes: number): void {
  const header = findPesHeader(bytes, at);
  if (header === -1) return;
  if (timestampsEnd(bytes, header) > at + PACKET_BYTES)
    throw new TsInvalidError('the timestamps of a PES header lie in two packets', offsetBytes);
  for (const field of [ptsField(bytes, header), dtsField(bytes, header)]) {
    if (field !== -1) writeTimestamp(bytes, field, wrapTicks(readTimestamp(bytes, field) + ticks));
  }
}

/** Adds to PCR and OPCR of a packet, modulo 2^33. */
export function shiftClock(bytes: Uint8Array, at: number, ticks: number): void {
  for (const field of [findPcr(bytes, at), findOpcr(bytes, at)]) {
    if (field !== -1) writeClockBase(bytes, field, wrapTicks(readClockBase(bytes, field) + ticks));
  }
}

/** Adds to every timestamp of whole packets. */
function shiftBlock({ bytes, offsetBytes }: PacketBlock, ticks: number): void {
  for (let at = 0; at < bytes.length; at += PACKET_BYTES) {
    shiftPes(bytes, at, ticks, offsetBytes + at);
    shiftClock(bytes, at, ticks);
  }
}

/** A stream with every timestamp moved. Throws TsInvalidError. */
export async function* shiftTimestamps(
  source: AsyncIterable<Uint8Array>,
  ticks: number,
  name?: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const block of wholePackets(source, name)) {
    shiftBlock(block, ticks);
    yield block.bytes;
  }
}
