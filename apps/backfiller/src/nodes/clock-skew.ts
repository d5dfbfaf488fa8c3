export interface ClockSkew {
  /** How far the node's clock is ahead of ours; negative: behind. */
  readonly skewMs: number;
  /** The skew may be off by this much: a Date header counts whole seconds, and the way there and back takes time. */
  readonly uncertaintyMs: number;
}

/** Half of the second that a Date header (RFC 9110 section 6.6.1) cuts off. */
const HALF_SECOND_MS = 500;

/** What a Date header says about the clock of its sender, between sending a request and receiving its answer. */
export const clockSkewOf = (
  date: string | string[] | undefined,
  sentMs: number,
  receivedMs: number,
): ClockSkew | undefined => {
  const nodeMs = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  if (Number.isNaN(nodeMs)) return undefined;
  return {
    skewMs: Math.round(nodeMs + HALF_SECOND_MS - (sentMs + receivedMs) / 2),
    uncertaintyMs: Math.ceil(HALF_SECOND_MS + (receivedMs - sentMs) / 2),
  };
};
