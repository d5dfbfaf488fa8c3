/** The sequence was asked for without holes, and has one. */
export class HoleFoundError extends Error {
  readonly code = 'ERR_HOLE_FOUND';
  /** The hole may be filled by a later backfill, but not by asking again. */
  readonly retryable = false;
  /** Where the sequence breaks off: the end of a segment, or the start of the range. Micros since the epoch. */
  readonly holeMicros: number;
  readonly startMicros: number;
  readonly endMicros: number;

  constructor(holeMicros: number, startMicros: number, endMicros: number) {
    super(`The range from ${startMicros} to ${endMicros} micros has a hole at ${holeMicros}`);
    this.name = 'HoleFoundError';
    this.holeMicros = holeMicros;
    this.startMicros = startMicros;
    this.endMicros = endMicros;
  }
}
