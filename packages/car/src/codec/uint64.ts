/** The 8 bytes at `at`, little endian. Exact up to 2^53 - 1; what is more than that stays more. */
export function readUint64(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 0x1_0000_0000;
}
