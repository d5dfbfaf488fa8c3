import { timestampAt } from './made-packets.ts';

export interface ReadFrame {
  readonly pts: number;
  readonly content: Buffer;
}

/** Frames of AAC in ADTS at 48 kHz, with the times that follow from the PES packets they begin in: written apart from the code under test. */
export function readSound(bytes: Uint8Array, pid: number): ReadFrame[] {
  return unitsOf(Buffer.from(bytes), pid).flatMap((pes) => {
    const start = 9 + pes.readUInt8(8);
    const length = pes.readUInt16BE(4);
    if (length !== 0 && length !== pes.length - 6) throw new Error(`a PES packet of ${length}, not ${pes.length - 6}`);
    const pts = timestampAt(pes, 9);
    return framesOf(pes.subarray(start)).map((content, index) => ({ pts: pts + 1920 * index, content }));
  });
}

function unitsOf(bytes: Buffer, pid: number): Buffer[] {
  const units: Buffer[][] = [];
  for (let at = 0; at < bytes.length; at += 188) {
    if ((bytes.readUInt16BE(at + 1) & 0x1fff) !== pid) continue;
    const start = (bytes.readUInt8(at + 3) & 0x20) === 0 ? at + 4 : at + 5 + bytes.readUInt8(at + 4);
    if ((bytes.readUInt8(at + 1) & 0x40) !== 0) units.push([]);
    units.at(-1)?.push(bytes.subarray(start, at + 188));
  }
  return units.map((parts) => Buffer.concat(parts));
}

function framesOf(content: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at < content.length;) {
    if (content.readUInt16BE(at) >> 4 !== 0xfff) throw new Error(`no frame begins at byte ${at} of a PES packet`);
    const length = (content.readUIntBE(at + 3, 3) >> 5) & 0x1fff;
    frames.push(content.subarray(at, at + length));
    at += length;
  }
  return frames;
}
