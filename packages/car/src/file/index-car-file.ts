import type { AbortOptions } from '@waybill/common';
import type { CarLimits } from '../codec/limits.ts';
import type { IndexBuilder } from '../index/index-builder.ts';
import type { BlockVerifier } from '../verify-block.ts';
import { type CarFileHeader, CarScanner } from './car-scanner.ts';
import { type CarSource, stampAt } from './car-source.ts';
import { filePieces } from './file-pieces.ts';

export interface IndexCarFileOptions extends AbortOptions {
  limits?: Partial<CarLimits> | undefined;
  zeroLengthAsEnd?: boolean | undefined;
  /** Checks the hash of every block. */
  verifier?: BlockVerifier | undefined;
  /** Called some times in a second. */
  onProgress?: ((progress: IndexProgress) => void) | undefined;
}

export interface IndexProgress {
  readonly path: string;
  readonly doneBytes: number;
  readonly sizeBytes: number;
  readonly blockCount: number;
}

/** Reads a CAR file once, from the beginning to its end, and adds its frames to the index. */
export async function indexCarFile(
  path: string,
  { originPath, origin }: Pick<CarSource, 'originPath' | 'origin'>,
  builder: IndexBuilder,
  options: IndexCarFileOptions = {},
): Promise<CarSource> {
  const stamp = stampAt(path);
  const firstOrdinal = builder.blockCount;
  const { header, framesEnd } = await scanFile(path, stamp.sizeBytes, builder, options);
  builder.endFile(framesEnd);
  const { version, roots, framesStart } = header;
  const verified = options.verifier !== undefined;
  return { ...stamp, path, originPath, origin, verified, version, roots, framesStart, framesEnd, firstOrdinal };
}

async function scanFile(
  path: string,
  sizeBytes: number,
  builder: IndexBuilder,
  { limits, zeroLengthAsEnd, verifier, onProgress, signal }: IndexCarFileOptions,
): Promise<{ header: CarFileHeader; framesEnd: number }> {
  let header: CarFileHeader | undefined;
  const visitor = {
    header(found: CarFileHeader): void {
      header = found;
      builder.beginFile(found.framesStart);
    },
    frame(
      bytes: Uint8Array,
      _frameStart: number,
      cidStart: number,
      dataStart: number,
      end: number,
      offset: number,
    ): void {
      verifier?.verify(bytes, cidStart, dataStart, end);
      builder.add(bytes, cidStart, dataStart - cidStart, offset);
    },
  };
  const scanner = new CarScanner({ visitor, file: path, limits, zeroLengthAsEnd });
  let doneBytes = 0;
  for await (const piece of filePieces(path, { signal })) {
    scanner.feed(piece);
    doneBytes += piece.length;
    onProgress?.({ path, doneBytes, sizeBytes, blockCount: builder.blockCount });
  }
  scanner.finish();
  // Where there was none, the scanner has thrown.
  return { header: header as unknown as CarFileHeader, framesEnd: scanner.framesEnd };
}
