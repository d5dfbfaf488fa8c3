import { DNA1, ENDB } from './block-code.ts';
import { blockHeaderLayout, decodeBlockHeader } from './block-header.ts';
import type { BlendHeader } from './header.ts';

const START_OF_BODY = Buffer.from('SDNANAME');

/** Where the body of a `DNA1` block lies in some bytes. */
export interface DnaPlace {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds the `DNA1` block in the last bytes of a file, where Blender writes it right before `ENDB`. A guess, to have the
 * structs before the index is made: the index tells whether it was right.
 */
export function findLastDna(tail: Uint8Array, header: BlendHeader): DnaPlace | undefined {
  const { sizeBytes } = blockHeaderLayout(header);
  const start = Buffer.from(tail.buffer, tail.byteOffset, tail.length).lastIndexOf(START_OF_BODY);
  if (start < sizeBytes) return undefined;
  try {
    const { code, lengthBytes } = decodeBlockHeader(tail.subarray(start - sizeBytes), header);
    const end = start + lengthBytes;
    if (code !== DNA1 || decodeBlockHeader(tail.subarray(end), header).code !== ENDB) return undefined;
    return { start, end };
  } catch {
    // Bytes that only look like it: no guess, and no error.
    return undefined;
  }
}
