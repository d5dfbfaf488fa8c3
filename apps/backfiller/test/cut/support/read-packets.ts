import { timestampAt } from './made-packets.ts';

export interface ReadTimes {
  readonly pid: number;
  readonly pts: number;
  readonly dts: number;
}

export interface ReadStream {
  readonly times: readonly ReadTimes[];
  readonly pcr: readonly number[];
  /** Packets whose continuity counter is not the one that is due. */
  readonly breaks: number;
}

/** Reads times, clocks and counters of a stream, in its order: written apart from the code under test. */
export function readPackets(bytes: Uint8Array): ReadStream {
  const times: ReadTimes[] = [];
  const pcr: number[] = [];
  const counters = new Map<number, number>();
  let breaks = 0;
  for (let at = 0; at < bytes.length; at += 188) {
    const packet = Buffer.from(bytes.subarray(at, at + 188));
    const pid = packet.readUInt16BE(1) & 0x1fff;
    // Packets that only fill have no counter.
    if (pid === 0x1fff) continue;
    const control = packet.readUInt8(3);
    const hasField = (control & 0x20) !== 0;
    const start = hasField ? 5 + packet.readUInt8(4) : 4;
    if (hasField && packet.readUInt8(4) > 0 && (packet.readUInt8(5) & 0x10) !== 0)
      pcr.push(packet.readUInt32BE(6) * 2 + (packet.readUInt8(10) >> 7));
    if ((control & 0x10) === 0) continue;
    const last = counters.get(pid);
    if (last !== undefined && ((last + 1) & 15) !== (control & 15)) breaks += 1;
    counters.set(pid, control & 15);
    const isPes = (packet.readUInt8(1) & 0x40) !== 0 && packet.readUIntBE(start, 3) === 1;
    if (!isPes || (packet.readUInt8(start + 7) & 0x80) === 0) continue;
    const pts = timestampAt(packet, start + 9);
    const dts = packet.readUInt8(start + 7) >> 6 === 3 ? timestampAt(packet, start + 14) : pts;
    times.push({ pid, pts, dts });
  }
  return { times, pcr, breaks };
}
