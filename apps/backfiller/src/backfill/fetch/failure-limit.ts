import { NodeHostileError } from '../pass/node-pass.ts';
import type { NodePass } from '../pass/node-pass.ts';

/** A node whose listings all fail is given up after this many in a row, also without a circuit breaker. */
const MAX_FAILURES_IN_A_ROW = 5;

/** Whether the rest of the pass may go on: not when all is ending, the node is on back-off, or it is hostile. */
export const isBearable = (pass: NodePass, error: unknown): boolean => {
  if (pass.signal.aborted || error instanceof NodeHostileError) return false;
  const { circuit } = pass.node;
  return circuit === undefined || circuit.state === 'closed';
};

/** Bears failures of single listings, up to a point. */
export class FailureLimit {
  readonly #pass: NodePass;
  #inARow = 0;
  #last: { readonly error: unknown } | undefined;

  constructor(pass: NodePass) {
    this.#pass = pass;
  }

  get isReached(): boolean {
    return this.#last !== undefined || this.#pass.signal.aborted;
  }

  noteSuccess(): void {
    this.#inARow = 0;
  }

  noteFailure(error: unknown): void {
    this.#inARow += 1;
    if (this.#inARow >= MAX_FAILURES_IN_A_ROW || !isBearable(this.#pass, error)) this.#last ??= { error };
    else this.#pass.tally.fault(error);
  }

  throwIfReached(): void {
    this.#pass.signal.throwIfAborted();
    if (this.#last !== undefined) throw this.#last.error;
  }
}
