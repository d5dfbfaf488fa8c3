import type { AbortOptions } from '@waybill/common';
import { type DnaCache, sharedDnaCache } from '../dna-cache.ts';
import { BlendFileTooLargeError, SdnaInvalidError } from '../errors.ts';
import type { Dna } from '../format/dna.ts';
import { findLastDna } from '../format/find-last-dna.ts';
import type { BlendHeader } from '../format/header.ts';
import type { ByteSource } from '../source/byte-source.ts';
import type { BlockIndex } from './block-index.ts';

/** A hundred times what Blender 5 writes. */
const MOST_SDNA_BYTES = 16 * 1024 * 1024;
/** Four times what Blender 5 writes, with what follows: enough to find it in. */
const TAIL_BYTES = 512 * 1024;

export interface ReadDnaOptions extends AbortOptions {
  dnaCache?: DnaCache | undefined;
}

/** An SDNA that was read before the index was there. */
export interface DnaGuess {
  readonly dna: Dna;
  /** Of the body, in bytes of the content. */
  readonly offset: number;
}

/** Looks for the SDNA at the end of the file; `undefined` where it is not found so. */
export async function guessDna(
  content: ByteSource,
  header: BlendHeader,
  file: string,
  options: ReadDnaOptions,
): Promise<DnaGuess | undefined> {
  const tailBytes = Math.min(content.sizeBytes, TAIL_BYTES);
  const tailOffset = content.sizeBytes - tailBytes;
  const tail = content.lend(tailOffset, tailBytes) ?? (await content.read(tailOffset, tailBytes, options));
  const place = findLastDna(tail, header);
  if (place === undefined) return undefined;
  const offset = tailOffset + place.start;
  const cache = options.dnaCache ?? sharedDnaCache;
  return { dna: cache.decode(tail.subarray(place.start, place.end), header, { file, offset }), offset };
}

/**
 * The SDNA of the first `DNA1` block.
 * @throws SdnaInvalidError when there is none, it is broken, or `guess` was another one; BlendFileTooLargeError
 */
export async function readDna(
  content: ByteSource,
  header: BlendHeader,
  blocks: BlockIndex,
  file: string,
  { guess, dnaCache = sharedDnaCache, ...options }: ReadDnaOptions & { guess?: DnaGuess | undefined },
): Promise<Dna> {
  const block = blocks.firstWithCode('DNA1');
  if (block < 0) throw new SdnaInvalidError({ file, offset: blocks.endOffset }, 'there is no DNA1 block');
  const offset = blocks.bodyOffset(block);
  if (guess?.offset === offset) return guess.dna;
  if (guess !== undefined) throw new SdnaInvalidError({ file, offset: guess.offset }, 'there is more than one SDNA');
  const lengthBytes = blocks.bodyLength(block);
  if (lengthBytes > MOST_SDNA_BYTES) throw new BlendFileTooLargeError({ file, offset }, 'the SDNA', MOST_SDNA_BYTES);
  const bytes = content.lend(offset, lengthBytes) ?? (await content.read(offset, lengthBytes, options));
  return dnaCache.decode(bytes, header, { file, offset });
}
