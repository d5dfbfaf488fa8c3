import type { Digest } from '@waybill/digest';
import { SHA256_BYTES } from '@waybill/digest';

/**
 * A batch is a row of files and an end; numbers are big-endian:
 *
 *     file   u8 0x01 · sha256 32 bytes · length u64 · content
 *     end    u8 0x00 · number of files u32
 */
export const FILE_FRAME = 0x01;
export const END_FRAME = 0x00;

export const FILE_HEAD_BYTES = /* type */ 1 + /* sha256 */ SHA256_BYTES + /* length */ 8;
export const END_FRAME_BYTES = /* type */ 1 + /* number of files */ 4;

/** One file of a batch. */
export interface BatchFrame {
  readonly digest: Digest;
  readonly content: Uint8Array;
}

/** The bytes of a batch: a head and the content of each file, and the end. Contents are passed on uncopied. */
export async function* encodeBatchFrames(
  frames: Iterable<BatchFrame> | AsyncIterable<BatchFrame>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let files = 0;
  for await (const { digest, content } of frames) {
    yield encodeFileHead(digest, content.byteLength);
    if (content.byteLength > 0) yield content;
    files += 1;
  }
  yield encodeEndFrame(files);
}

/** Length of a batch, for Content-Length. */
export function batchSizeBytes(files: Iterable<{ readonly sizeBytes: number }>): number {
  let sizeBytes = END_FRAME_BYTES;
  for (const file of files) sizeBytes += FILE_HEAD_BYTES + file.sizeBytes;
  return sizeBytes;
}

export function encodeFileHead(digest: Digest, sizeBytes: number): Uint8Array {
  const head = new Uint8Array(FILE_HEAD_BYTES);
  head[0] = FILE_FRAME;
  head.set(digest.bytes, 1);
  new DataView(head.buffer).setBigUint64(1 + SHA256_BYTES, BigInt(sizeBytes));
  return head;
}

export function encodeEndFrame(files: number): Uint8Array {
  const end = new Uint8Array(END_FRAME_BYTES);
  end[0] = END_FRAME;
  new DataView(end.buffer).setUint32(1, files);
  return end;
}
