import { abortableIterable, type AbortOptions } from '@waybill/common';
import type { CidBytes } from '../codec/cid.ts';
import type { CarLimits } from '../codec/limits.ts';
import { type CarFileHeader, CarScanner } from './car-scanner.ts';
import { filePieces } from './file-pieces.ts';
import { isZstd, zstdPieces } from './zstd-pieces.ts';

/** A block as it stands in a CAR. Both arrays are views of one array; with `readCarBlocks` that is a copy which nobody else has. */
export interface CarBlock {
  readonly cid: CidBytes;
  readonly data: Uint8Array;
  /** Of the frame, in the uncompressed file. */
  readonly offset: number;
}

export interface ReadCarBlocksOptions extends AbortOptions {
  /** For errors; default the path, or `CAR`. */
  file?: string | undefined;
  limits?: Partial<CarLimits> | undefined;
  /** See `CarScannerInit`. Default false. */
  zeroLengthAsEnd?: boolean | undefined;
  /** Called before the first block. */
  onHeader?: ((header: CarFileHeader) => void) | undefined;
}

/**
 * All blocks of a CAR, in their order: CARv1, CARv2, and both compressed with zstd (`.car.zst`, `.forest.car.zst`).
 * @param source A path, or the bytes as they come.
 * @throws CarError, with the offset in the uncompressed file; any error of the source; the signal's reason.
 */
export async function* readCarBlocks(
  source: string | AsyncIterable<Uint8Array>,
  options: ReadCarBlocksOptions = {},
): AsyncGenerator<CarBlock, void, undefined> {
  for await (const batch of batchesOf(source, options, true)) yield* batch;
}

/**
 * As {@link readCarBlocks}, those that came in one piece of the file together: nothing waits for each, and nothing is copied.
 * The arrays are good until the next batch is asked for.
 */
export function readCarBatches(
  source: string | AsyncIterable<Uint8Array>,
  options: ReadCarBlocksOptions = {},
): AsyncGenerator<CarBlock[], void, undefined> {
  return batchesOf(source, options, false);
}

async function* batchesOf(
  source: string | AsyncIterable<Uint8Array>,
  options: ReadCarBlocksOptions,
  copies: boolean,
): AsyncGenerator<CarBlock[], void, undefined> {
  const { file = typeof source === 'string' ? source : 'CAR', limits, zeroLengthAsEnd, onHeader } = options;
  let blocks: CarBlock[] = [];
  let piece: Uint8Array = new Uint8Array(0);
  const scanner = new CarScanner({
    file,
    limits,
    zeroLengthAsEnd,
    visitor: {
      header: (header) => onHeader?.(header),
      frame: (bytes, _frameStart, cidStart, dataStart, end, offset) => {
        // What came in two pieces is where the scanner gathers the next one, too.
        const isKept = !copies && bytes === piece;
        // Not by `slice`: that of a Buffer is a view.
        const frame = isKept ? bytes : new Uint8Array(bytes.subarray(cidStart, end));
        const start = isKept ? cidStart : 0;
        const dataAt = start + dataStart - cidStart;
        const data = frame.subarray(dataAt, start + end - cidStart);
        blocks.push({ cid: frame.subarray(start, dataAt), data, offset });
      },
    },
  });
  const pieces = typeof source === 'string' ? filePieces(source, options) : abortableIterable(source, options);
  for await (piece of contentOf(pieces, file, options)) {
    scanner.feed(piece);
    if (blocks.length > 0) yield blocks;
    blocks = [];
  }
  scanner.finish();
}

/** The bytes themselves, or what they are the zstd data of. */
async function* contentOf(
  pieces: AsyncIterable<Uint8Array>,
  file: string,
  options: AbortOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const iterator = pieces[Symbol.asyncIterator]();
  const head = await takeHead(iterator);
  const all = joined(head, iterator);
  yield* isZstd(head) ? zstdPieces(all, file, options) : all;
}

const HEAD_BYTES = 4;

async function takeHead(iterator: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let head = new Uint8Array(0);
  while (head.length < HEAD_BYTES) {
    const next = await iterator.next();
    if (next.done === true) break;
    head = new Uint8Array(Buffer.concat([head, next.value]));
  }
  return head;
}

async function* joined(
  head: Uint8Array,
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    if (head.length > 0) yield head;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}
