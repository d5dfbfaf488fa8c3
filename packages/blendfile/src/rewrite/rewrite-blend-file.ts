import { type AbortOptions, type AtomicWriteOptions, type ContentSummary, openAtomicWriter } from '@waybill/common';
import type { BlendFile } from '../blend-file.ts';
import { CHUNK_BYTES, type ChunkOptions, storedChunks } from '../source/stored-chunks.ts';
import { ZstdSource } from '../source/zstd-source.ts';
import type { BlendEdits } from './blend-edits.ts';
import { gzipped } from './gzipped.ts';
import { splice } from './splice.ts';
import { zstdFramed, zstdReframed } from './zstd-frames.ts';

export interface RewriteOptions extends AbortOptions {
  /** Compress a plain file: with zstd, or with gzip where the Blender that wrote it knew nothing else. Default false. */
  compress?: boolean | undefined;
  /** Pieces may come in here, one after the other: for a receiver that is done with one when it asks for the next. */
  buffer?: Uint8Array | undefined;
}

/** Blender reads zstd from 3.0 on. */
const FIRST_ZSTD_VERSION = 300;

/**
 * The bytes of the file with its edits, stored as it was: plain, gzip, or zstd with a seek table. The same file and
 * edits give the same bytes; without edits they are the file's own. Of a zstd file with a seek table only the frames
 * that an edit touches are compressed anew. The file stays open until the last byte was taken.
 * @throws BlendEditConflictError, and what reading the file throws
 */
export function rewriteBlendFile(
  file: BlendFile,
  edits: BlendEdits,
  { compress = false, buffer, signal }: RewriteOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  if (compress && file.compression === 'none') return compressed(file, edits, { signal });
  return rewritten(file, edits, { ...(buffer && { buffer }), ...(signal && { signal }) });
}

/**
 * Writes {@link rewriteBlendFile} to a path, whole or not at all; that may be the path the file was opened from.
 * @throws what `openAtomicWriter` of `@waybill/common` and {@link rewriteBlendFile} throw
 */
export async function saveBlendFile(
  file: BlendFile,
  edits: BlendEdits,
  path: string,
  options: AtomicWriteOptions = {},
): Promise<ContentSummary> {
  const { signal } = options;
  await using writer = await openAtomicWriter(path, options);
  const chunks = rewritten(file, edits, { buffer: Buffer.allocUnsafeSlow(CHUNK_BYTES), ...(signal && { signal }) });
  for await (const chunk of chunks) await writer.write(chunk);
  return await writer.commit();
}

function compressed(
  { content, header }: BlendFile,
  edits: BlendEdits,
  { signal }: AbortOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const options = { ...(signal && { signal }) };
  const sorted = edits.sorted();
  return header.version >= FIRST_ZSTD_VERSION
    ? zstdFramed(content, sorted, options)
    : gzipped(splice(content, 0, content.sizeBytes, sorted, options));
}

async function* rewritten(
  file: BlendFile,
  edits: BlendEdits,
  options: ChunkOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { content, stored, compression } = file;
  const sorted = edits.sorted();
  const { signal } = options;
  // Compressors keep what they are given for a while.
  const keepable = { ...(signal && { signal }) };
  if (sorted.length === 0) yield* storedChunks(stored, 0, stored.sizeBytes, options);
  else if (compression === 'none') yield* splice(content, 0, content.sizeBytes, sorted, options);
  else if (compression === 'gzip') yield* gzipped(splice(content, 0, content.sizeBytes, sorted, keepable));
  else if (content instanceof ZstdSource) yield* zstdReframed(stored, content, content.frames, sorted, options);
  else yield* zstdFramed(content, sorted, keepable);
}
