/** How long what is waited for. Milliseconds; each has a default, and all are bounds of one step, none of the whole. */
export interface ClientTiming {
  /** After the first failure; each further one doubles it, up to 32 times. Default 200. */
  retryMs: number;
  /** Between two questions whether somebody else has sent a file; grows to eight times. Default 250. */
  pollMs: number;
  /** So long nothing may change while others send what we wait for; then we send it ourselves. Default 15,000. */
  patienceMs: number;
  /** For `100 Continue`, with servers that are not ours: some never send it. Default 1000. */
  continueMs: number;
  /** Nothing moves on a connection while a body is sent. There is no limit for the whole body. Default 60,000. */
  idleTimeoutMs: number;
  /** From the last byte of a request to the answer: the server hashes, syncs, or waits for others. Default 300,000. */
  responseTimeoutMs: number;
}

export const DEFAULT_TIMING: ClientTiming = {
  retryMs: 200,
  pollMs: 250,
  patienceMs: 15_000,
  continueMs: 1000,
  idleTimeoutMs: 60_000,
  responseTimeoutMs: 300_000,
};
