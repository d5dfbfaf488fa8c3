import { createDecipheriv } from 'node:crypto';
import { WaybillError } from '@waybill/common';

/** The end of a segment that does not decrypt: a wrong key or IV, or a body that was cut at a plausible place. */
export class SegmentUndecryptableError extends WaybillError {
  constructor(cause: unknown) {
    super('the segment does not decrypt with its key', { code: 'ERR_SEGMENT_UNDECRYPTABLE', retryable: true, cause });
  }
}

/** A key that is not 16 bytes: an error page, most of the time. */
export class SegmentKeyInvalidError extends WaybillError {
  readonly actualBytes: number;

  constructor(actualBytes: number) {
    super(`the key of a segment has ${actualBytes} bytes where AES-128 has 16`, {
      code: 'ERR_SEGMENT_KEY_INVALID',
      retryable: true,
    });
    this.actualBytes = actualBytes;
  }
}

/** AES-128 in CBC with PKCS7 padding (RFC 8216 section 5.2). Throws SegmentUndecryptableError at the end. */
export async function* decryptBytes(
  source: AsyncIterable<Uint8Array>,
  key: Uint8Array,
  iv: Uint8Array,
): AsyncGenerator<Uint8Array, void, undefined> {
  const decipher = createDecipheriv('aes-128-cbc', key, iv);
  for await (const chunk of source) {
    const plain = decipher.update(chunk);
    if (plain.length > 0) yield plain;
  }
  let rest: Uint8Array;
  try {
    rest = decipher.final();
  } catch (error) {
    throw new SegmentUndecryptableError(error);
  }
  if (rest.length > 0) yield rest;
}
