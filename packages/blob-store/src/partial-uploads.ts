import type { AbortOptions } from '@waybill/common';
import type { PutOutcome } from './blob-store.ts';
import type { BlobKey } from './blob-key.ts';

/** Uploads that survive a broken connection, and the end of the process. */
export interface PartialUploads {
  /**
   * Goes on with the upload of a blob, or begins one. There is one writer at a time.
   * @throws PartialUploadBusyError while somebody else has it open.
   */
  open(key: BlobKey, options?: AbortOptions): Promise<PartialUpload>;
}

/** One open upload. Calls MUST not overlap; it MUST be ended by `finish`, `discard` or `close`. */
export interface PartialUpload extends AsyncDisposable {
  readonly key: BlobKey;

  /** How many bytes are durable: from here on the sender goes on. */
  readonly offset: number;

  /**
   * Adds what comes, and resolves with the new `offset` when that is durable. What had come before a failure of the
   * source, or an abort, is kept: `offset` says how much.
   * @throws BlobLengthMismatchError at the first byte beyond the declared length: nothing of that chunk is kept; what the source throws.
   */
  append(content: AsyncIterable<Uint8Array>, options?: AbortOptions): Promise<number>;

  /**
   * Verifies the content and stores the blob, as `put` does.
   * @throws BlobLengthMismatchError while bytes are missing: the upload stays open. BlobDigestMismatchError: it is gone.
   */
  finish(options?: AbortOptions): Promise<PutOutcome>;

  /** Ends the upload and removes what had come; does nothing after the end. */
  discard(): Promise<void>;

  /** Lets go of the upload; what had come stays for the next `open`. Does nothing after the end. Disposing does the same. */
  close(): Promise<void>;
}
