/** A copy in memory of its own; small ones share a slab, which costs less than a copy in a slab for each. */
export function copyRange(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const copy = Buffer.allocUnsafe(end - start);
  copy.set(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end));
  return copy;
}
