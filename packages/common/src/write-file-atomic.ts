import { types } from 'node:util';
import { sha256 } from '@waybill/digest';
import { abortableIterable } from './abortable-iterable.ts';
import { assertExpected } from './assert-expected.ts';
import { type AtomicWriteOptions, TempFile } from './atomic-writer.ts';
import { gatherChunks } from './gather-chunks.ts';
import { immediateFileOperations, pooledFileOperations } from './file-operations.ts';
import type { ContentSummary } from './hashing-writer.ts';

/** Up to here, writing at once keeps other work waiting for less time than a trip through the thread pool costs it. */
export const SMALL_CONTENT_BYTES = 256 * 1024;

/**
 * Writes a file as a whole or not at all, and resolves when it is as durable as asked for: see {@link openAtomicWriter} for
 * the order of calls, what happens on failure, and the errors.
 */
export async function writeFileAtomic(
  path: string,
  content: Uint8Array | AsyncIterable<Uint8Array>,
  options: AtomicWriteOptions = {},
): Promise<ContentSummary> {
  return types.isUint8Array(content)
    ? await writeBytes(path, content, options)
    : await writeStream(path, content, options);
}

async function writeBytes(path: string, bytes: Uint8Array, options: AtomicWriteOptions): Promise<ContentSummary> {
  const summary = { sizeBytes: bytes.length, digest: sha256(bytes) };
  // Content that is known to be wrong need not touch the disk.
  assertExpected(path, summary, options.expected);
  return await writeKnown(path, bytes, summary, options);
}

/** Bytes whose digest the caller knows, and has compared. */
export async function writeKnown(
  path: string,
  bytes: Uint8Array,
  summary: ContentSummary,
  options: AtomicWriteOptions,
): Promise<ContentSummary> {
  const defaults = bytes.length <= SMALL_CONTENT_BYTES ? immediateFileOperations : pooledFileOperations;
  const file = await TempFile.open(path, { ...options, operations: options.operations ?? defaults }, false);
  await file.write(bytes);
  return await file.commit(summary);
}

async function writeStream(
  path: string,
  content: AsyncIterable<Uint8Array>,
  options: AtomicWriteOptions,
): Promise<ContentSummary> {
  await using file = await TempFile.open(path, options);
  for await (const row of gatherChunks(abortableIterable(content, options))) await file.writeParts(row);
  return await file.commit();
}
