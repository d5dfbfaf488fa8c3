import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { MissingLink } from './chunk-scanner.ts';
import { packOrdinals, unpackOrdinals } from './ordinal-bits.ts';

/** A walk over CAR files between two frames behind the headers: all that the rest of it depends on. */
export interface WalkState {
  readonly phase: 'messages and state' | 'receipts';
  readonly headerCount: number;
  readonly blockCount: number;
  readonly sizeBytes: number;
  readonly epoch: number;
  /** What is met: written, or in one of the lists that follow, or left out of a difference. Bits. */
  readonly met: Int32Array;
  /** Of the generation that is being read, what is not written yet. Sorted, as all lists here. */
  readonly left: Uint32Array;
  /** What its other part leads to. */
  readonly next: Uint32Array;
  /** Roots of receipts that are still to be read, and not met yet. */
  readonly receipts: Uint32Array;
  /** Links of its other part that lead nowhere. */
  readonly missing: readonly MissingLink[];
  /** Receipts of the generations before that are missing. */
  readonly missingReceipts: readonly string[];
}

const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
const BITMAPS = 4;

type Numbers = Pick<WalkState, 'phase' | 'headerCount' | 'blockCount' | 'sizeBytes' | 'epoch' | 'missingReceipts'>;
interface Encoded extends Numbers {
  readonly missing: readonly { readonly parent: number; readonly cid: string }[];
}

/** Half a byte for each block of the source, before compression: every list is a set of bits, however long it is. */
export function encodeWalkState({ met, left, next, receipts, missing, ...numbers }: WalkState): Uint8Array {
  const encoded: Encoded = {
    ...numbers,
    missing: missing.map(({ parent, cid }) => ({ parent, cid: Buffer.from(cid).toString('base64') })),
  };
  const bitmaps = [met, ...[left, next, receipts].map((ordinals) => packOrdinals(ordinals, met.length))];
  const json = Buffer.from(JSON.stringify(encoded));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  return zstdCompressSync(Buffer.concat([length, ...bitmaps.map(bytesOf), json]), FAST);
}

/** @param state What {@link encodeWalkState} has made on such a machine, unchanged: who has kept it answers for that. */
export function decodeWalkState(state: Uint8Array): WalkState {
  const bytes = zstdDecompressSync(state);
  const jsonBytes = bytes.readUInt32LE(0);
  const words = (bytes.length - 4 - jsonBytes) / 4 / BITMAPS;
  const bitmap = (at: number): Int32Array => {
    const start = 4 + at * words * 4;
    return new Int32Array(Uint8Array.from(bytes.subarray(start, start + words * 4)).buffer);
  };
  const { missing, ...numbers } = JSON.parse(bytes.toString('utf8', bytes.length - jsonBytes)) as Encoded;
  return {
    ...numbers,
    met: bitmap(0),
    left: unpackOrdinals(bitmap(1)),
    next: unpackOrdinals(bitmap(2)),
    receipts: unpackOrdinals(bitmap(3)),
    missing: missing.map(({ parent, cid }) => ({ parent, cid: Buffer.from(cid, 'base64') })),
  };
}

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
