import { createHash } from 'node:crypto';
import { closeSync, readSync, statfsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type AbortOptions, DiskFullError, openAtomicWriter } from '@waybill/common';
import { CarCompressionInvalidError } from '../errors.ts';
import { openForReading } from './car-source.ts';
import { filePieces } from './file-pieces.ts';
import { isZstd, zstdPieces } from './zstd-pieces.ts';

/** Whether the file begins as zstd does; what is too short for that does not. */
export function isZstdFile(path: string): boolean {
  const fd = openForReading(path);
  try {
    const head = new Uint8Array(4);
    return readSync(fd, head, 0, 4, 0) === 4 && isZstd(head);
  } finally {
    closeSync(fd);
  }
}

/** Beside the file `NAME.unpacked`; elsewhere with a part of a digest, for files of the same name in several folders. */
export function unpackedPath(path: string, directory: string): string {
  const name = basename(path);
  if (dirname(path) === directory) return join(directory, `${name}.unpacked`);
  const mark = createHash('sha256').update(dirname(path)).digest('hex').slice(0, 12);
  return join(directory, `${name}.${mark}.unpacked`);
}

/** What is known before a file is unpacked: its content may have any size. */
export interface UnpackPlan {
  readonly path: string;
  readonly compressedBytes: number;
  readonly directory: string;
  readonly freeBytes: number;
}

/**
 * The content is larger than what it was packed to: where there is no room for that, nothing is begun.
 * @throws DiskFullError; any system error.
 */
export function planUnpacking(path: string, directory: string): UnpackPlan {
  const { bavail, bsize } = statfsSync(directory);
  const plan = { path, compressedBytes: statSync(path).size, directory, freeBytes: bavail * bsize };
  if (plan.freeBytes > plan.compressedBytes) return plan;
  const problem = `${path} has ${plan.compressedBytes} bytes compressed, and more unpacked; ${plan.freeBytes} are free`;
  throw new DiskFullError(directory, new Error(problem));
}

/** More than this is no CAR of a chain but a bomb; 16 TiB. */
const MOST_UNPACKED_BYTES = 2 ** 44;

/**
 * Unpacks a `.car.zst` or `.forest.car.zst` as a whole or not at all. It can be unpacked again, so that it need not survive
 * a power cut.
 * @throws CarCompressionInvalidError; DiskFullError and others of `openAtomicWriter`; any system error.
 */
export async function unpackCarFile(
  path: string,
  target: string,
  { signal, maxUnpackedBytes = MOST_UNPACKED_BYTES }: AbortOptions & { maxUnpackedBytes?: number | undefined } = {},
): Promise<void> {
  await using file = await openAtomicWriter(target, { signal, durability: 'none' });
  let sizeBytes = 0;
  for await (const piece of zstdPieces(filePieces(path, { signal }), path, { signal })) {
    sizeBytes += piece.length;
    if (sizeBytes > maxUnpackedBytes)
      throw new CarCompressionInvalidError(0, `the content is larger than ${maxUnpackedBytes} bytes`).locate(path, 0);
    await file.write(piece);
  }
  await file.commit();
}
