import type { AbortOptions } from '@waybill/common';

export interface OpenFileOptions extends AbortOptions {
  /** The first byte that is wanted. */
  start: number;
}

/** A file of a checkout, as the client gets it. */
export interface ClientFile {
  /** Where it goes in the checkout, with `/`. */
  readonly path: string;
  readonly sizeBytes: number;
  /** SHA-256, 64 lower-case hex digits; or what computes it, called once. */
  readonly sha: string | ((options: AbortOptions) => Promise<string>);
  /**
   * The content from `start` to its end. May be called any number of times: uploads are repeated. A piece need not outlive the
   * request for the next one, so that one buffer can be used over and over.
   */
  open(options: OpenFileOptions): AsyncIterable<Uint8Array>;
}
