/* Transport packets made by hand, after ISO/IEC 13818-1, with nothing of the code under test. */

export interface MadePacket {
  pid: number;
  counter: number;
  /** 33 bits. */
  pts?: number | undefined;
  dts?: number | undefined;
  pcr?: number | undefined;
  opcr?: number | undefined;
  discontinuity?: boolean;
}

/** 33 bits as `base` of a clock reference, then reserved bits and extension 5. */
function clockBytes(ticks: number): number[] {
  const bits = BigInt(ticks);
  const value = (bits << 15n) | (0x3fn << 9n) | 5n;
  return [40n, 32n, 24n, 16n, 8n, 0n].map((shift) => Number((value >> shift) & 0xffn));
}

export function timestampBytes(mark: number, ticks: number): number[] {
  const bits = BigInt(ticks);
  const part = (shift: bigint, mask: bigint): number => Number((bits >> shift) & mask);
  return [
    (mark << 4) | (part(30n, 7n) << 1) | 1,
    part(22n, 0xffn),
    (part(15n, 0x7fn) << 1) | 1,
    part(7n, 0xffn),
    (part(0n, 0x7fn) << 1) | 1,
  ];
}

function pesBytes({ pts, dts }: MadePacket): number[] {
  if (pts === undefined) return [0xaa, 0xbb];
  const times = dts === undefined ? timestampBytes(2, pts) : [...timestampBytes(3, pts), ...timestampBytes(1, dts)];
  return [0, 0, 1, 0xe0, 0, 0, 0x80, dts === undefined ? 0x80 : 0xc0, times.length, ...times, 1, 2, 3];
}

/** One packet of 188 bytes; the adaptation field is stuffed so that the payload ends with the packet. */
export function madePacket(packet: MadePacket): Buffer {
  const { pid, counter, pts, pcr, opcr, discontinuity = false } = packet;
  const payload = pesBytes(packet);
  const clocks = [...(pcr === undefined ? [] : clockBytes(pcr)), ...(opcr === undefined ? [] : clockBytes(opcr))];
  const flags = (discontinuity ? 0x80 : 0) | (pcr === undefined ? 0 : 0x10) | (opcr === undefined ? 0 : 0x08);
  const head = [0x47, (pts === undefined ? 0 : 0x40) | (pid >> 8), pid & 0xff, 0x30 | (counter & 15)];
  const length = 188 - head.length - 1 - payload.length;
  const stuffing = Array.from({ length: length - 1 - clocks.length }, () => 0xff);
  return Buffer.from([...head, length, flags, ...clocks, ...stuffing, ...payload]);
}

/** Reads the 33 bits of a PTS or DTS. */
export function timestampAt(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = bytes.subarray(at, at + 5);
  return Number((BigInt((a >> 1) & 7) << 30n) | BigInt((b << 22) | ((c >> 1) << 15) | (d << 7) | (e >> 1)));
}

/** Reads the 33 bits of a clock reference, and its extension. */
export function clockAt(bytes: Uint8Array, at: number): { base: number; extension: number } {
  const value = [...bytes.subarray(at, at + 6)].reduce((sum, one) => (sum << 8n) | BigInt(one), 0n);
  return { base: Number(value >> 15n), extension: Number(value & 0x1ffn) };
}
