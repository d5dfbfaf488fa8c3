/** How long an upload waits for another one of the same file. All in milliseconds. */
export interface UploadPatience {
  /** An upload of which nothing came for so long is no longer waited for. */
  readonly stalledMs: number;
  /** For a client that can defer: a small file is there sooner than the client is back. */
  readonly deferrableMs: number;
  /** For a client that cannot defer: below the 300 s after which the known clients give up (spec section 1.1). */
  readonly patientMs: number;
}

export const DEFAULT_PATIENCE: UploadPatience = { stalledMs: 10_000, deferrableMs: 1000, patientMs: 120_000 };
