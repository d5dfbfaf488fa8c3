import type { AbortOptions } from '@waybill/common';
import type { CircuitBreaker, CircuitTicket } from './circuit-breaker.ts';
import { judgeError } from './judge-error.ts';
import type { BatchItem, RemoteContent, RemoteEvent, RemoteListing } from './remote-node.ts';

type Options = AbortOptions | undefined;
type Chunks = AsyncGenerator<Uint8Array, void, undefined>;

/** Lets the calls of one node through its circuit breaker and tells it how they end. */
export class CallGuard {
  readonly #circuit: CircuitBreaker;

  constructor(circuit: CircuitBreaker) {
    this.#circuit = circuit;
  }

  /** A call that is over when it resolves. */
  call<T>(options: Options, work: () => Promise<T>): Promise<T> {
    return this.#admit(options, work, (_result, ticket) => {
      ticket.succeed();
    });
  }

  /** What was listed is still given where some names are hostile: the others passed the grammar. */
  list(options: Options, work: () => Promise<RemoteListing>): Promise<RemoteListing> {
    return this.#admit(options, work, ({ unsafe, refusedSample }, ticket) => {
      if (unsafe === 0) ticket.succeed();
      else this.#circuit.reportHostile({ unsafeNames: unsafe, sample: refusedSample });
    });
  }

  /** A call that is over when its body is. */
  async fetch(options: Options, work: () => Promise<RemoteContent>): Promise<RemoteContent> {
    const ticket = this.#circuit.admit();
    try {
      const content = await work();
      if (!(content.body instanceof Uint8Array)) return this.#watchContent(content, content.body, ticket, options);
      ticket.succeed();
      return content;
    } catch (error) {
      this.#settle(ticket, error, options);
      throw error;
    }
  }

  /** One generator and not one for each concern: it runs once for each of 100,000 items. */
  async *items(options: Options, open: () => AsyncIterable<BatchItem>): AsyncGenerator<BatchItem, void, undefined> {
    const ticket = this.#circuit.admit();
    try {
      for await (const item of open()) {
        yield item.body instanceof Uint8Array ? item : { ...item, body: this.#part(item.body, ticket, options) };
      }
      ticket.succeed();
    } catch (error) {
      this.#settle(ticket, error, options);
      throw error;
    } finally {
      ticket.abandon();
    }
  }

  async *events(
    options: Options,
    open: () => AsyncIterable<RemoteEvent>,
  ): AsyncGenerator<RemoteEvent, void, undefined> {
    const ticket = this.#circuit.admit();
    // Open for hours: it must not be the one call that tries whether a node is back.
    if (this.#circuit.state === 'halfOpen') ticket.abandon();
    try {
      yield* open();
      ticket.succeed();
    } catch (error) {
      this.#settle(ticket, error, options);
      throw error;
    } finally {
      ticket.abandon();
    }
  }

  async #admit<T>(
    options: Options,
    work: () => Promise<T>,
    judge: (result: T, ticket: CircuitTicket) => void,
  ): Promise<T> {
    const ticket = this.#circuit.admit();
    try {
      const result = await work();
      judge(result, ticket);
      return result;
    } catch (error) {
      this.#settle(ticket, error, options);
      throw error;
    }
  }

  #settle(ticket: CircuitTicket, error: unknown, options: Options): void {
    const verdict = judgeError(error, options?.signal);
    if (verdict === 'fine') ticket.succeed();
    if (verdict === 'failing') ticket.fail(error);
    if (verdict === 'hostile') this.#circuit.reportHostile(error);
    ticket.abandon();
  }

  #watchContent(
    content: RemoteContent,
    body: AsyncIterable<Uint8Array>,
    ticket: CircuitTicket,
    options: Options,
  ): RemoteContent {
    const discard = (): void => {
      ticket.abandon();
      content.discard();
    };
    return { sizeBytes: content.sizeBytes, body: this.#whole(body, ticket, options), discard };
  }

  async *#whole(body: AsyncIterable<Uint8Array>, ticket: CircuitTicket, options: Options): Chunks {
    try {
      for await (const chunk of body) yield chunk;
      ticket.succeed();
    } catch (error) {
      this.#settle(ticket, error, options);
      throw error;
    } finally {
      ticket.abandon();
    }
  }

  /** A stream inside a batch fails into the hands of its reader, past the loop over the items. */
  async *#part(body: AsyncIterable<Uint8Array>, ticket: CircuitTicket, options: Options): Chunks {
    try {
      for await (const chunk of body) yield chunk;
    } catch (error) {
      this.#settle(ticket, error, options);
      throw error;
    }
  }
}
