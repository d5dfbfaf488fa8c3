import type { ServerResponse } from 'node:http';
import type { EventLog, LoggedEvent } from './event-log.ts';

export interface EventStreamInit {
  log: EventLog;
  /** The last event that the client has seen. */
  since: string | undefined;
  keepAliveMs: number;
  /** A client that takes nothing for so long is dropped: it comes back and is told what it missed. */
  stallMs: number;
  onClosed: () => void;
}

/** What is needed of a response whose head is written. */
export type EventSink = Pick<ServerResponse, 'write' | 'end' | 'destroy' | 'once'>;

/** Events in one write. */
const BATCH_EVENTS = 256;

/**
 * Server-sent events on one response. Nothing is queued for a slow client beyond what its socket holds: the log is read
 * on from the last event that was sent when the client is ready again. Ends with the client, or by `end`; either way
 * nothing of it is left, no listener and no timer.
 */
export class EventStream {
  readonly #sink: EventSink;
  readonly #init: EventStreamInit;
  readonly #timer: NodeJS.Timeout;
  readonly #stopListening: () => void;
  #sentId: string | undefined;
  /** When the client stopped taking, by performance.now(). */
  #blockedMs: number | undefined;
  #closed = false;

  constructor(sink: EventSink, init: EventStreamInit) {
    this.#sink = sink;
    this.#init = init;
    this.#sentId = init.since;
    sink.once('close', () => this.#close());
    this.#stopListening = init.log.listen(() => this.#sendMissed());
    this.#timer = setInterval(() => this.#keepAlive(), init.keepAliveMs);
    this.#timer.unref();
    this.#write(': hello\n\n');
    this.#sendMissed();
  }

  end(): void {
    this.#sink.end();
    this.#close();
  }

  #sendMissed(): void {
    while (!this.#closed && this.#blockedMs === undefined) {
      const missed = this.#init.log.since(this.#sentId);
      if (missed === 'reset') {
        this.#sentId = this.#init.log.lastId;
        this.#write(`id: ${this.#sentId}\nevent: reset\ndata: {}\n\n`);
        continue;
      }
      const batch = missed.slice(0, BATCH_EVENTS);
      const last = batch.at(-1);
      if (last === undefined) return;
      this.#sentId = last.id;
      this.#write(batch.map(formatSegmentEvent).join(''));
    }
  }

  #keepAlive(): void {
    if (this.#blockedMs === undefined) this.#write(': keep-alive\n\n');
    else if (performance.now() - this.#blockedMs > this.#init.stallMs) this.#sink.destroy();
  }

  #write(text: string): void {
    if (this.#closed || this.#sink.write(Buffer.from(text)) || this.#blockedMs !== undefined) return;
    this.#blockedMs = performance.now();
    this.#sink.once('drain', () => {
      this.#blockedMs = undefined;
      this.#sendMissed();
    });
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    this.#stopListening();
    this.#init.onClosed();
  }
}

function formatSegmentEvent({ id, address: { channel, quality, hour, name } }: LoggedEvent): string {
  return `id: ${id}\nevent: segment\ndata: ${JSON.stringify({ channel, quality, hour, name })}\n\n`;
}
