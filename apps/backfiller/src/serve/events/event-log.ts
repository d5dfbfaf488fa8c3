import type { SegmentAddress } from '../../archive/archive.ts';

export interface LoggedEvent {
  /** `INSTANCE-N` */
  readonly id: string;
  readonly address: SegmentAddress;
}

export type EventListener = (event: LoggedEvent) => void;

export interface EventLogInit {
  instance: string;
  /** Events kept for peers that come back. Default 4,096: more than half an hour of a stream in four qualities. */
  capacity?: number | undefined;
}

/** The newest events of this process, numbered without a gap, in a ring of fixed size. */
export class EventLog {
  readonly #instance: string;
  readonly #capacity: number;
  readonly #ring: SegmentAddress[] = [];
  readonly #listeners = new Set<EventListener>();
  #count = 0;

  constructor({ instance, capacity = 4096 }: EventLogInit) {
    this.#instance = instance;
    this.#capacity = capacity;
  }

  get lastId(): string {
    return this.#idOf(this.#count);
  }

  append(address: SegmentAddress): void {
    this.#ring[this.#count % this.#capacity] = address;
    this.#count += 1;
    const event = { id: this.lastId, address };
    for (const listener of [...this.#listeners]) listener(event);
  }

  /** What came after the event `id`; `reset` where that cannot be told. */
  since(id: string | undefined): LoggedEvent[] | 'reset' {
    const number = this.#numberOf(id);
    if (number === undefined || number > this.#count || this.#count - number > this.#capacity) return 'reset';
    const missed: LoggedEvent[] = [];
    for (let next = number; next < this.#count; next++) {
      const address = this.#ring[next % this.#capacity];
      if (address !== undefined) missed.push({ id: this.#idOf(next + 1), address });
    }
    return missed;
  }

  listen(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #idOf(number: number): string {
    return `${this.#instance}-${number.toString()}`;
  }

  #numberOf(id: string | undefined): number | undefined {
    const prefix = `${this.#instance}-`;
    if (id?.startsWith(prefix) !== true) return undefined;
    const digits = id.slice(prefix.length);
    return /^\d{1,15}$/.test(digits) ? Number(digits) : undefined;
  }
}
