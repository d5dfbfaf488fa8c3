import type { AbortOptions } from '@waybill/common';
import { CAR_V2_HEADER_BYTES, CAR_V2_PRAGMA, encodeCarV2Header } from '../codec/car-v2.ts';
import { CarV2IndexWriter } from '../codec/encode-car-v2-index.ts';
import type { CarLimits } from '../codec/limits.ts';
import { CarFileChangedError, CarHeaderInvalidError } from '../errors.ts';
import { CarScanner } from './car-scanner.ts';
import { stampAt } from './car-source.ts';
import type { ByteSink } from './byte-sink.ts';
import { filePieces } from './file-pieces.ts';

export interface WrapCarV2Options extends AbortOptions {
  /** Append an index of format 0x0401; default true. */
  withIndex?: boolean | undefined;
  /** Put identity CIDs into the index as well, and mark the file as fully indexed; default false, as go-car. */
  fullyIndexed?: boolean | undefined;
  limits?: Partial<CarLimits> | undefined;
}

/**
 * Writes a CARv1 file as a CARv2: `pragma[11] | header[40] | the CARv1 | index`. The size of the data has to stand in front
 * of it, so that this is done with a file that is finished.
 * @throws CarHeaderInvalidError for a file that is no CARv1; CarError for what is broken; errors of the sink.
 */
export async function wrapCarV2(path: string, sink: ByteSink, options: WrapCarV2Options = {}): Promise<void> {
  const { withIndex = true, fullyIndexed = false, limits, signal } = options;
  const { sizeBytes } = stampAt(path);
  const dataOffset = CAR_V2_PRAGMA.length + CAR_V2_HEADER_BYTES;
  const indexOffset = withIndex ? dataOffset + sizeBytes : 0;
  const isFullyIndexed = withIndex && fullyIndexed;
  await sink.write(CAR_V2_PRAGMA);
  await sink.write(encodeCarV2Header({ isFullyIndexed, dataOffset, dataSizeBytes: sizeBytes, indexOffset }));
  const index = new CarV2IndexWriter({ withIdentity: fullyIndexed });
  await copyCar(path, sizeBytes, index, sink, limits, signal);
  if (!withIndex) return;
  for (const piece of index.pieces()) {
    signal?.throwIfAborted();
    await sink.write(piece);
  }
}

async function copyCar(
  path: string,
  sizeBytes: number,
  index: CarV2IndexWriter,
  sink: ByteSink,
  limits: Partial<CarLimits> | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const scanner = new CarScanner({
    file: path,
    limits,
    visitor: {
      header: ({ version }) => {
        if (version !== 1) throw new CarHeaderInvalidError(0, 'is a CARv2 already').locate(path, 0);
      },
      frame: (bytes, _frameStart, cidStart, dataStart, _end, offset) => index.add(bytes, cidStart, dataStart, offset),
    },
  });
  let copiedBytes = 0;
  for await (const piece of filePieces(path, { signal })) {
    scanner.feed(piece);
    await sink.write(piece);
    copiedBytes += piece.length;
  }
  scanner.finish();
  if (copiedBytes !== sizeBytes)
    throw new CarFileChangedError(copiedBytes, `had ${sizeBytes} bytes before it was copied`).locate(path, 0);
}
