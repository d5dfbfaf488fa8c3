import type { Digest } from '@waybill/digest';
import { SHA256_BYTES } from '@waybill/digest';
import { END_FRAME, END_FRAME_BYTES, FILE_FRAME, FILE_HEAD_BYTES } from './batch-frames.ts';
import type { BatchFrame } from './batch-frames.ts';
import { BatchFrameInvalidError, BatchTooLargeError } from './protocol-errors.ts';

/** How much a batch may hold. */
export interface BatchLimits {
  /** Default 10,000. */
  maxFiles?: number | undefined;
  /** Bytes of content in all. Default 64 MiB. */
  maxBytes?: number | undefined;
  /** Bytes of one file, which is held in memory. Default 1 MiB. */
  maxFileBytes?: number | undefined;
}

export const DEFAULT_BATCH_LIMITS = {
  maxFiles: 10_000,
  maxBytes: 64 * 1024 * 1024,
  maxFileBytes: 1024 * 1024,
} as const;

type State = 'type' | 'head' | 'content' | 'end' | 'done';

/** Takes a batch in chunks of any size, and gives its files. Lengths are checked before anything is kept; digests are not. */
export class BatchFrameDecoder {
  readonly #limits: Required<{ [K in keyof BatchLimits]-?: number }>;
  #state: State = 'type';
  /** Where the next byte is in the batch. */
  #offset = 0;
  #files = 0;
  #contentBytes = 0;
  /** What is collected: a head, an end or a content. */
  #parts: Uint8Array[] = [];
  #missingBytes = 0;
  #digest: Digest | undefined;

  constructor({ maxFiles, maxBytes, maxFileBytes }: BatchLimits = {}) {
    this.#limits = {
      maxFiles: maxFiles ?? DEFAULT_BATCH_LIMITS.maxFiles,
      maxBytes: maxBytes ?? DEFAULT_BATCH_LIMITS.maxBytes,
      maxFileBytes: maxFileBytes ?? DEFAULT_BATCH_LIMITS.maxFileBytes,
    };
  }

  /** Files that were complete so far. */
  get files(): number {
    return this.#files;
  }

  /**
   * The files that `chunk` completes. A content that lies within the chunk is a view of it.
   * Throws BatchFrameInvalidError, BatchTooLargeError; nothing more may be pushed then.
   */
  *push(chunk: Uint8Array): Generator<BatchFrame, void, undefined> {
    for (let at = 0; at < chunk.byteLength;) {
      if (this.#state === 'type') {
        this.#begin(chunk[at] ?? 0);
        continue;
      }
      if (this.#state === 'done') throw new BatchFrameInvalidError(this.#offset, 'bytes behind the end');
      const taken = Math.min(this.#missingBytes, chunk.byteLength - at);
      this.#parts.push(chunk.subarray(at, at + taken));
      this.#missingBytes -= taken;
      this.#offset += taken;
      at += taken;
      if (this.#missingBytes > 0) continue;
      const frame = this.#complete();
      if (frame !== undefined) yield frame;
    }
  }

  /** To be called after the last chunk. Throws BatchFrameInvalidError where the batch breaks off. */
  finish(): void {
    if (this.#state !== 'done') throw new BatchFrameInvalidError(this.#offset, 'it breaks off');
  }

  #begin(type: number): void {
    if (type !== FILE_FRAME && type !== END_FRAME)
      throw new BatchFrameInvalidError(this.#offset, `unknown frame type ${type}`);
    if (type === FILE_FRAME) this.#expect('head', FILE_HEAD_BYTES);
    else this.#expect('end', END_FRAME_BYTES);
  }

  #expect(state: State, bytes: number): void {
    this.#state = state;
    this.#missingBytes = bytes;
  }

  #complete(): BatchFrame | undefined {
    const bytes = joined(this.#parts);
    this.#parts = [];
    if (this.#state === 'content') return this.#takeContent(bytes);
    if (this.#state === 'end') this.#takeEnd(bytes);
    else return this.#takeHead(bytes);
    return undefined;
  }

  #takeHead(head: Uint8Array): BatchFrame | undefined {
    const sizeBytes = viewOf(head).getBigUint64(1 + SHA256_BYTES);
    this.#assertLimits(sizeBytes);
    this.#digest = { algorithm: 'sha256', bytes: new Uint8Array(head.subarray(1, 1 + SHA256_BYTES)) };
    this.#contentBytes += Number(sizeBytes);
    if (sizeBytes === 0n) return this.#takeContent(new Uint8Array(0));
    this.#expect('content', Number(sizeBytes));
    return undefined;
  }

  #assertLimits(sizeBytes: bigint): void {
    const { maxFiles, maxBytes, maxFileBytes } = this.#limits;
    const offset = this.#offset - FILE_HEAD_BYTES;
    if (this.#files >= maxFiles) throw new BatchTooLargeError(offset, maxFiles, 'files');
    if (sizeBytes > BigInt(maxFileBytes)) throw new BatchTooLargeError(offset, maxFileBytes, 'bytes in a file');
    if (this.#contentBytes + Number(sizeBytes) > maxBytes) throw new BatchTooLargeError(offset, maxBytes, 'bytes');
  }

  #takeContent(content: Uint8Array): BatchFrame {
    const digest = this.#digest as Digest;
    this.#state = 'type';
    this.#files += 1;
    return { digest, content };
  }

  #takeEnd(end: Uint8Array): void {
    const files = viewOf(end).getUint32(1);
    if (files !== this.#files)
      throw new BatchFrameInvalidError(
        this.#offset - END_FRAME_BYTES,
        `the end counts ${files} files, and there were ${this.#files}`,
      );
    this.#state = 'done';
  }
}

/** All files of a batch, as they come. Throws BatchFrameInvalidError, BatchTooLargeError, and what the source throws. */
export async function* decodeBatchFrames(
  source: AsyncIterable<Uint8Array>,
  limits: BatchLimits = {},
): AsyncGenerator<BatchFrame, void, undefined> {
  const decoder = new BatchFrameDecoder(limits);
  for await (const chunk of source) yield* decoder.push(chunk);
  decoder.finish();
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  if (parts.length === 1 && first !== undefined) return first;
  const whole = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
