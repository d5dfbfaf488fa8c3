import type { ShamanFile } from '@waybill/shaman-protocol';

/** What happens while files are sent. All calls are made between two steps of the sending, and hold it up while they run. */
export interface SendProgress {
  /** The server was asked: so much is still to be sent, of contents that it lacks. Comes again when it is asked again. */
  required?(missing: { readonly files: number; readonly sizeBytes: number }): void;
  /** So many more bytes of content went out. Those of a broken upload are counted too. */
  bytesSent?(bytes: number): void;
  /** The server has this content: from us, or from somebody else, now or before. Once for each content. */
  fileStored?(file: ShamanFile, by: 'us' | 'others'): void;
  /** Somebody else is sending it; it will be asked for again. */
  fileDeferred?(file: ShamanFile): void;
  /** Something failed, and will be tried again. */
  retrying?(error: unknown): void;
}

/** What it took. */
export interface SendReport {
  /** Of the checkout that was made: relative to the server's folder of checkouts. Undefined where none was asked for. */
  readonly checkoutPath: string | undefined;
  readonly protocol: 'v2' | 'v3';
  /** HTTP requests, uploads included. */
  readonly requests: number;
  /** Contents of files of which at least the beginning was sent; each of a batch counts. */
  readonly bodies: number;
  /** Bytes of bodies that went out, heads of batches included. */
  readonly sentBytes: number;
  /** Of the definition: those that we did not have to send, contents that stand there twice included. */
  readonly skippedFiles: number;
  readonly skippedBytes: number;
  /** Answers that somebody else is sending the file, and connections that broke where that may be the reason. */
  readonly deferrals: number;
  /** Requests that failed and were made again. */
  readonly retries: number;
}

/** Counts for the report. */
export class SendTally {
  requests = 0;
  bodies = 0;
  sentBytes = 0;
  deferrals = 0;
  retries = 0;
  /** Keys of the contents that the server has from us. */
  readonly sent = new Set<string>();
}
