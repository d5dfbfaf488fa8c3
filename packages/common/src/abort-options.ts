/** Options of everything that waits. An aborted call modifies nothing more and rejects with the signal's reason. */
export interface AbortOptions {
  signal?: AbortSignal | undefined;
}
