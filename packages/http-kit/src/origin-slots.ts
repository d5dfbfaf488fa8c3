type Grant = () => void;

interface Slots {
  /** Granted, those that settle included. */
  used: number;
  /** Given back, but undici does not know yet that the connection is free. */
  settling: number;
  readonly waiting: Set<Grant>;
}

/**
 * At most `limit` requests per origin at a time; the rest wait in order of arrival. It stands in front of
 * undici's own queue for two reasons. A request that is cancelled there still opens a connection and breaks it.
 * And undici marks a connection as free one turn of the event loop after its response ended: a request that
 * follows at once would open another connection, so it waits that turn here.
 */
export class OriginSlots {
  readonly #limit: number;
  readonly #origins = new Map<string, Slots>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Calls `grant` at once, or when a slot is free. */
  acquire(origin: string, grant: Grant): void {
    const slots = this.#slotsOf(origin);
    if (slots.used < this.#limit && slots.waiting.size >= slots.settling) {
      slots.used++;
      grant();
    } else {
      slots.waiting.add(grant);
    }
  }

  /** Takes `grant` out of the queue, where it still waits. */
  leave(origin: string, grant: Grant): void {
    this.#origins.get(origin)?.waiting.delete(grant);
  }

  /** Gives a granted slot back; the request that waits longest gets it. */
  release(origin: string): void {
    this.#slotsOf(origin).settling++;
    // In a microtask, so that undici's own setImmediate for this connection runs first. By a promise: `queueMicrotask` costs
    // half a microsecond more.
    void Promise.resolve().then(() => setImmediate(() => this.#settled(origin)));
  }

  #settled(origin: string): void {
    const slots = this.#slotsOf(origin);
    slots.settling--;
    const [next] = slots.waiting;
    if (next === undefined) {
      slots.used--;
      if (slots.used === 0) this.#origins.delete(origin);
      return;
    }
    slots.waiting.delete(next);
    next();
  }

  #slotsOf(origin: string): Slots {
    let slots = this.#origins.get(origin);
    if (slots === undefined) {
      slots = { used: 0, settling: 0, waiting: new Set() };
      this.#origins.set(origin, slots);
    }
    return slots;
  }
}
