import { PACKET_BYTES, SYNC_BYTE } from './packet.ts';
import { TsInvalidError } from './ts-invalid-error.ts';

export interface PacketBlock {
  /** Whole packets, to be changed at will. */
  readonly bytes: Uint8Array;
  /** Of the first of them in the source. */
  readonly offsetBytes: number;
}

/**
 * Cuts a source, which may come in any pieces, at the bounds of packets; each block is a copy. A packet that the source
 * breaks off in (a download that failed) is left out. Throws TsInvalidError, with the offset, where a packet does not begin
 * with the sync byte.
 *
 * @param name For the error.
 */
export async function* wholePackets(
  source: AsyncIterable<Uint8Array>,
  name?: string,
): AsyncGenerator<PacketBlock, void, undefined> {
  let rest = new Uint8Array(0);
  let offsetBytes = 0;
  for await (const piece of source) {
    const length = rest.length + piece.length;
    const whole = length - (length % PACKET_BYTES);
    const bytes = new Uint8Array(length);
    bytes.set(rest);
    bytes.set(piece, rest.length);
    rest = bytes.subarray(whole);
    if (whole === 0) continue;
    checkSync(bytes, whole, offsetBytes, name);
    yield { bytes: bytes.subarray(0, whole), offsetBytes };
    offsetBytes += whole;
  }
}

function checkSync(bytes: Uint8Array, length: number, offsetBytes: number, name: string | undefined): void {
  for (let at = 0; at < length; at += PACKET_BYTES) {
    const found = bytes[at];
    if (found !== SYNC_BYTE)
      throw new TsInvalidError(
        `0x${(found ?? 0).toString(16).padStart(2, '0')} in place of the sync byte 0x47`,
        offsetBytes + at,
        name,
      );
  }
}
