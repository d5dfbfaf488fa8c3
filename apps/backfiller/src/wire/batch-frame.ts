import { WaybillError } from '@waybill/common';
import { ByteReader } from './byte-reader.ts';

/*
 * The body of an answer to POST /batch (protocol version 1), one frame for each name that was asked for, in that order:
 *
 *   offset  bytes  field
 *        0      1  status: 0 ok, 1 missing, 2 unreadable
 *        1      2  length of the name, big endian
 *        3      n  name, UTF-8
 *      3+n      8  length of the content, big endian; 0 unless status is ok
 *     11+n      m  content
 *
 * After the last frame comes one byte 0xFF, so that a body that was cut between two frames is known to be cut.
 */

export const BATCH_CONTENT_TYPE = 'application/vnd.waybill.batch';
/** Names in one request: 1,024 segments of 2 s are more than half an hour, and the request stays below 128 KiB. */
export const BATCH_MAX_NAMES = 1024;

const END_MARK = 0xff;
const STATUSES = ['ok', 'missing', 'unreadable'] as const;
const NAME_LENGTH_BYTES = 2;
const CONTENT_LENGTH_BYTES = 8;
/** A file name has at most 255 bytes on every file system that holds an archive. */
const MAX_NAME_BYTES = 255;
/** Content up to this size is gathered and handed over whole: the writer below takes such content in one call. */
const WHOLE_CONTENT_BYTES = 256 * 1024;

export type FrameStatus = (typeof STATUSES)[number];

export interface FrameHeader {
  readonly status: FrameStatus;
  readonly name: string;
  /** Of the content; 0 unless `status` is ok. */
  readonly sizeBytes: number;
}

export interface BatchFrame extends FrameHeader {
  /** Whole where it is at most 256 KiB; otherwise a stream to be read before the next frame is asked for. */
  readonly body: Uint8Array | AsyncIterable<Uint8Array>;
}

export interface DecodeBatchOptions {
  /** A frame that declares more is refused. Default 1 GiB: no segment of a stream comes near it. */
  maxContentBytes?: number | undefined;
}

/** The body ended before its end mark: the connection broke, or the node stopped. */
export class BatchTruncatedError extends WaybillError {
  readonly offset: number;
  readonly missingBytes: number;

  constructor(offset: number, missingBytes: number) {
    super(`batch ends at byte ${offset.toString()}, at least ${missingBytes.toString()} more expected`, {
      code: 'ERR_BATCH_TRUNCATED',
      retryable: true,
    });
    this.offset = offset;
    this.missingBytes = missingBytes;
  }
}

/** The body is not what this protocol writes; the same node would answer the same again. */
export class BatchFrameInvalidError extends WaybillError {
  readonly offset: number;

  constructor(problem: string, offset: number, cause?: unknown) {
    super(`batch frame at byte ${offset.toString()}: ${problem}`, {
      code: 'ERR_BATCH_FRAME_INVALID',
      retryable: false,
      cause,
    });
    this.offset = offset;
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** All of a frame but its content. Throws RangeError for a name that no file can have. */
export function encodeFrameHeader({ status, name, sizeBytes }: FrameHeader): Uint8Array {
  const nameBytes = encoder.encode(name);
  if (nameBytes.length === 0 || nameBytes.length > MAX_NAME_BYTES)
    throw new RangeError(`frame name of ${nameBytes.length.toString()} bytes`);
  const header = Buffer.allocUnsafe(1 + NAME_LENGTH_BYTES + nameBytes.length + CONTENT_LENGTH_BYTES);
  header[0] = STATUSES.indexOf(status);
  header.writeUInt16BE(nameBytes.length, 1);
  header.set(nameBytes, 1 + NAME_LENGTH_BYTES);
  header.writeBigUInt64BE(BigInt(status === 'ok' ? sizeBytes : 0), header.length - CONTENT_LENGTH_BYTES);
  return header;
}

/** What follows the last frame. */
export function encodeBatchEnd(): Uint8Array {
  return Uint8Array.of(END_MARK);
}

/**
 * Decodes a batch from chunks of any size. A content that the caller leaves unread is skipped.
 * Throws BatchTruncatedError where the end mark is missing, BatchFrameInvalidError for anything else that is wrong.
 * Leaving the loop early releases the source.
 */
export async function* decodeBatch(
  source: AsyncIterable<Uint8Array>,
  { maxContentBytes = 1024 ** 3 }: DecodeBatchOptions = {},
): AsyncGenerator<BatchFrame, void, undefined> {
  const reader = new ByteReader(source, (offset, wanted) => new BatchTruncatedError(offset, wanted));
  try {
    for (;;) {
      const header = await decodeHeader(reader, maxContentBytes);
      if (header === undefined) break;
      yield* decodeContent(reader, header);
    }
    if (!(await reader.atEnd())) throw new BatchFrameInvalidError('bytes after the end mark', reader.offset);
  } finally {
    await reader.release();
  }
}

async function* decodeContent(reader: ByteReader, header: FrameHeader): AsyncGenerator<BatchFrame, void, undefined> {
  if (header.sizeBytes <= WHOLE_CONTENT_BYTES) {
    if (reader.availableBytes < header.sizeBytes) await reader.require(header.sizeBytes);
    yield { ...header, body: reader.take(header.sizeBytes) };
    return;
  }
  const content = new FrameContent(reader, header.sizeBytes);
  yield { ...header, body: content };
  await content.skipRest();
}

/** Undefined at the end mark. */
async function decodeHeader(reader: ByteReader, maxContentBytes: number): Promise<FrameHeader | undefined> {
  const start = reader.offset;
  if (reader.availableBytes < 1) await reader.require(1);
  const mark = byteOf(reader.take(1));
  if (mark === END_MARK) return undefined;
  const status = STATUSES[mark];
  if (status === undefined) throw new BatchFrameInvalidError(`status ${mark.toString()}`, start);
  const name = await decodeName(reader, start);
  const sizeBytes = await decodeSize(reader);
  if (sizeBytes > maxContentBytes)
    throw new BatchFrameInvalidError(
      `content of ${sizeBytes.toString()} bytes, limit ${maxContentBytes.toString()}`,
      start,
    );
  if (status !== 'ok' && sizeBytes !== 0)
    throw new BatchFrameInvalidError(`content in a frame that is ${status}`, start);
  return { status, name, sizeBytes };
}

function byteOf(bytes: Uint8Array): number {
  return bytes[0] as number;
}

async function decodeName(reader: ByteReader, start: number): Promise<string> {
  if (reader.availableBytes < NAME_LENGTH_BYTES) await reader.require(NAME_LENGTH_BYTES);
  const [high, low] = reader.take(NAME_LENGTH_BYTES) as unknown as [number, number];
  const length = high * 256 + low;
  if (length === 0 || length > MAX_NAME_BYTES)
    throw new BatchFrameInvalidError(`name of ${length.toString()} bytes`, start);
  if (reader.availableBytes < length) await reader.require(length);
  try {
    return decoder.decode(reader.take(length));
  } catch (error) {
    throw new BatchFrameInvalidError('name is not UTF-8', start, error);
  }
}

async function decodeSize(reader: ByteReader): Promise<number> {
  if (reader.availableBytes < CONTENT_LENGTH_BYTES) await reader.require(CONTENT_LENGTH_BYTES);
  const field = reader.take(CONTENT_LENGTH_BYTES);
  // Two halves as numbers: a BigInt for each of 100,000 frames shows in profiles. Above 2^53 the limit refuses it anyway.
  const view = new DataView(field.buffer, field.byteOffset, CONTENT_LENGTH_BYTES);
  return view.getUint32(0) * 2 ** 32 + view.getUint32(4);
}

/** A large content, handed over in the chunks that it came in. */
class FrameContent implements AsyncIterable<Uint8Array> {
  readonly #reader: ByteReader;
  #leftBytes: number;

  constructor(reader: ByteReader, sizeBytes: number) {
    this.#reader = reader;
    this.#leftBytes = sizeBytes;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    while (this.#leftBytes > 0) yield await this.#next();
  }

  async skipRest(): Promise<void> {
    while (this.#leftBytes > 0) await this.#next();
  }

  async #next(): Promise<Uint8Array> {
    const bytes = await this.#reader.some(this.#leftBytes);
    this.#leftBytes -= bytes.length;
    return bytes;
  }
}
