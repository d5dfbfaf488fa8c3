/** Bytes of one answer; `end` is exclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

const ONE_RANGE = /^bytes=(\d{0,16})-(\d{0,16})$/;

/**
 * What a Range header asks for (RFC 9110 section 14.2). Undefined: the whole, also where the header is not understood or asks
 * for several ranges, which may be answered so.
 */
export function parseByteRange(header: string | undefined, sizeBytes: number): ByteRange | 'unsatisfiable' | undefined {
  const [, first, last] = ONE_RANGE.exec(header?.replaceAll(' ', '') ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  if (first === '') {
    const length = Math.min(Number(last), sizeBytes);
    return length === 0 ? 'unsatisfiable' : { start: sizeBytes - length, end: sizeBytes };
  }
  if (last !== '' && Number(last) < Number(first)) return undefined;
  const end = last === '' ? sizeBytes : Math.min(Number(last) + 1, sizeBytes);
  return Number(first) >= sizeBytes ? 'unsatisfiable' : { start: Number(first), end };
}
