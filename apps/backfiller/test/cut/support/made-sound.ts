import { madePacket, timestampBytes } from './made-packets.ts';

/** A frame of AAC in ADTS at 48 kHz, with content that no other one has. */
export function madeFrame(number: number, sizeBytes: number): Buffer {
  const frame = Buffer.alloc(sizeBytes, number & 0x7f);
  frame.set([0xff, 0xf1, 0x4c, 0x80 | (sizeBytes >> 11), (sizeBytes >> 3) & 0xff, ((sizeBytes & 7) << 5) | 0x1f, 0xfc]);
  return frame;
}

interface MadePes {
  readonly pts: number;
  readonly frames: readonly Buffer[];
  /** Without, the length is 0: unknown. */
  readonly saysLength: boolean;
}

/** A stream of sound in packets, with a packet of another stream (0x100) between any two. Counters begin at 5. */
export function madeSound(pid: number, all: readonly MadePes[]): Buffer {
  const packets: Buffer[] = [];
  let counter = 5;
  for (const { pts, frames, saysLength } of all) {
    const content = Buffer.concat([Buffer.from([0x80, 0x80, 5, ...timestampBytes(2, pts)]), ...frames]);
    const length = saysLength ? content.length : 0;
    const pes = Buffer.concat([Buffer.from([0, 0, 1, 0xc0, length >> 8, length & 0xff]), content]);
    for (let at = 0; at < pes.length; counter += 1) {
      const part = pes.subarray(at, at + (at === 0 ? 170 : 184));
      packets.push(
        madePacket({ pid: 0x100, counter: packets.length / 2, pts: 7 }),
        packetOf(pid, counter, part, at === 0),
      );
      at += part.length;
    }
  }
  return Buffer.concat(packets);
}

function packetOf(pid: number, counter: number, payload: Buffer, isFirst: boolean): Buffer {
  const stuffing = 184 - payload.length;
  const field = stuffing === 0 ? [] : stuffing === 1 ? [0] : [stuffing - 1, 0, ...Buffer.alloc(stuffing - 2, 0xff)];
  const head = [0x47, (isFirst ? 0x40 : 0) | (pid >> 8), pid & 0xff, (stuffing > 0 ? 0x30 : 0x10) | (counter & 15)];
  return Buffer.concat([Buffer.from([...head, ...field]), payload]);
}
