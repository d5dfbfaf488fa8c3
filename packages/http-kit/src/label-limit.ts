/** Above this, one more value of a label would cost more in Prometheus than it tells: nodes and modules are tens. */
const DEFAULT_LIMIT = 200;

/**
 * Bounds the values of a metric's label: the first `limit` (default 200) different values pass, later ones become
 * `other`. A hostile peer can then not make series without end.
 */
export class LabelLimit {
  readonly #known = new Set<string>();
  readonly #limit: number;

  constructor(limit: number = DEFAULT_LIMIT) {
    this.#limit = limit;
  }

  bound(value: string): string {
    if (this.#known.has(value)) return value;
    if (this.#known.size >= this.#limit) return 'other';
    this.#known.add(value);
    return value;
  }
}
