import { EventEmitter } from 'node:events';
import { waitFor } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { DatabaseListener, type ListenerClient } from '../../src/state/database-listener.ts';

/** A client of a database that is told what to do. */
class FakeClient extends EventEmitter implements ListenerClient {
  readonly queries: string[] = [];
  ended = 0;
  readonly #refuses: boolean;

  constructor(refuses: boolean) {
    super();
    this.#refuses = refuses;
  }

  connect(): Promise<void> {
    return this.#refuses ? Promise.reject(new Error('refused')) : Promise.resolve();
  }

  query(text: string): Promise<void> {
    this.queries.push(text);
    return Promise.resolve();
  }

  end(): Promise<void> {
    this.ended += 1;
    return Promise.resolve();
  }
}

function openScene(refused = 0) {
  const clients: FakeClient[] = [];
  const seen = { notices: [] as string[], listening: 0, errors: [] as unknown[] };
  const createClient = (): FakeClient => {
    const client = new FakeClient(clients.length < refused);
    clients.push(client);
    return client;
  };
  const listener = new DatabaseListener({
    ...{ createClient, channel: 'news', retryMs: 1 },
    onNotice: (payload) => seen.notices.push(payload),
    onListening: () => (seen.listening += 1),
    onError: (error) => seen.errors.push(error),
  });
  return { clients, seen, listener };
}

describe('a listener', () => {
  it('hears what is told on its channel', async () => {
    const { clients, seen, listener } = openScene();
    await waitFor(() => seen.listening === 1);
    expect(clients[0]?.queries).toEqual(['listen news']);
    clients[0]?.emit('notification', { payload: 'first' });
    clients[0]?.emit('notification', {});
    expect(seen.notices).toEqual(['first', '']);
    await listener[Symbol.asyncDispose]();
    expect(clients.map(({ ended }) => ended)).toEqual([1]);
  });

  it('says each time that it listens again, after a connection that broke and one that ended', async () => {
    const { clients, seen, listener } = openScene();
    await waitFor(() => seen.listening === 1);
    clients[0]?.emit('error', new Error('broken'));
    await waitFor(() => seen.listening === 2);
    clients[1]?.emit('end');
    await waitFor(() => seen.listening === 3);
    expect(seen.errors.map((error) => (error as Error).message)).toEqual([
      'broken',
      'the connection of the listener ended',
    ]);
    clients[2]?.emit('notification', { payload: 'later' });
    expect(seen.notices).toEqual(['later']);
    await listener[Symbol.asyncDispose]();
    expect(clients.map(({ ended }) => ended)).toEqual([1, 1, 1]);
  });

  it('tries until it is let in', async () => {
    const { clients, seen, listener } = openScene(3);
    await waitFor(() => seen.listening === 1);
    expect([clients.length, seen.errors.length]).toEqual([4, 3]);
    await listener[Symbol.asyncDispose]();
    expect(clients.map(({ ended }) => ended)).toEqual([1, 1, 1, 1]);
  });

  it('that is closed makes no more connections, and survives what its client says last', async () => {
    const { clients, seen, listener } = openScene();
    await waitFor(() => seen.listening === 1);
    await listener[Symbol.asyncDispose]();
    clients[0]?.emit('error', new Error('cut off'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(clients).toHaveLength(1);
    expect(seen.errors).toEqual([]);
  });
});
