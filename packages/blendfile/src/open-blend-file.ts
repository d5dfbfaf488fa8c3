import type { AbortOptions } from '@waybill/common';
import { BlendFile, type BlendFileInit } from './blend-file.ts';
import type { DnaCache } from './dna-cache.ts';
import type { Dna } from './format/dna.ts';
import type { BlendHeader } from './format/header.ts';
import { LONGEST_HEADER_BYTES } from './format/header.ts';
import type { BlockVisitor } from './index/block-visitor.ts';
import { indexContent, type IndexedContent } from './index/index-content.ts';
import { indexStream } from './index/index-stream.ts';
import type { ByteSource } from './source/byte-source.ts';
import { BytesSource } from './source/bytes-source.ts';
import { detectCompression } from './source/compression.ts';
import { openFileSource } from './source/open-file-source.ts';
import { ZstdSource } from './source/zstd-source.ts';

/** A path of any bytes: names of files need not be UTF-8. */
export interface BlendFilePath {
  readonly path: Uint8Array;
}

export interface OpenBlendFileOptions extends AbortOptions {
  /** What errors call the file; default: its path, or `bytes`. */
  name?: string | undefined;
  /** Sees the file-blocks while the index is made, see {@link BlockVisitor}. */
  visitor?: ((dna: Dna, header: BlendHeader) => BlockVisitor) | undefined;
  /** A file with more file-blocks is refused, to bound the memory for the index (24 bytes each); default 8,388,608. */
  maxBlocks?: number | undefined;
  /** Limit for the content of a compressed file without random access, which is decompressed as a whole; default 16 GiB. */
  maxContentBytes?: number | undefined;
  /** Where such content goes that is larger than 16 MiB; default: the system's folder for temporary files. */
  spoolDirectory?: string | undefined;
  /** Decoded SDNAs, shared by files of one version; default: one for the process. */
  dnaCache?: DnaCache | undefined;
  /**
   * What an earlier opening of the same content has found: the content is then not read for it once more, unless it is compressed
   * without random access. That it is the same is the caller's to know. A visitor sees nothing. Default: none.
   */
  index?: BlendIndex | undefined;
}

/** What is known of a file without its content; a closed {@link BlendFile} has it too. */
export type BlendIndex = Pick<BlendFile, 'header' | 'dna' | 'blocks'>;

/**
 * Opens a .blend file: plain, gzip or zstd. Reads the headers of all file-blocks and the SDNA, and nothing else where
 * the file allows that: bodies of a plain file are skipped, a zstd file with a seek table is decompressed where
 * something is asked for. Other compressed files have no random access: their content is spooled once.
 * @param input A path, also as bytes that are no UTF-8 (`{ path }`), or the content itself, which then MUST not be changed.
 * @throws BlendHeaderInvalidError, BlendFormatUnknownError, BlendFileTruncatedError, FileBlockInvalidError, SdnaInvalidError,
 * BlendCompressionInvalidError, BlendFileTooLargeError, BlendFileKindError; the signal's reason; system errors as they are
 */
export async function openBlendFile(
  input: string | Uint8Array | BlendFilePath,
  options: OpenBlendFileOptions = {},
): Promise<BlendFile> {
  const name = options.name ?? nameOf(input);
  const stored = await openStored(input, name, options);
  try {
    return new BlendFile({ name, stored, ...(await openContent(stored, name, options)) });
  } catch (error) {
    await stored[Symbol.asyncDispose]();
    throw error;
  }
}

function nameOf(input: string | Uint8Array | BlendFilePath): string {
  if (typeof input === 'string') return input;
  return input instanceof Uint8Array ? 'bytes' : new TextDecoder().decode(input.path);
}

async function openStored(
  input: string | Uint8Array | BlendFilePath,
  name: string,
  { signal }: AbortOptions,
): Promise<ByteSource> {
  signal?.throwIfAborted();
  if (input instanceof Uint8Array) return new BytesSource(input, name);
  const path = typeof input === 'string' ? input : asBuffer(input.path);
  return await openFileSource(path, { name, ...(signal && { signal }) });
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

type OpenedContent = Omit<BlendFileInit, 'name' | 'stored'>;

async function openContent(stored: ByteSource, name: string, options: OpenBlendFileOptions): Promise<OpenedContent> {
  const start = await stored.read(0, Math.min(LONGEST_HEADER_BYTES, stored.sizeBytes), options);
  const compression = detectCompression(start);
  if (compression === 'none') return { compression, ...(await indexedContent(stored, name, options)) };
  const content = compression === 'zstd' ? await ZstdSource.open(stored, name, options) : undefined;
  if (content === undefined) return { compression, ...(await indexStream(stored, compression, name, options)) };
  try {
    return { compression, ...(await indexedContent(content, name, options)) };
  } catch (error) {
    await content[Symbol.asyncDispose]();
    throw error;
  }
}

async function indexedContent(
  content: ByteSource,
  name: string,
  options: OpenBlendFileOptions,
): Promise<IndexedContent> {
  const { index } = options;
  if (index === undefined) return await indexContent(content, name, options);
  return { content, header: index.header, dna: index.dna, blocks: index.blocks };
}
