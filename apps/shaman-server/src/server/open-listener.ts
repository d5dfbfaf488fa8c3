import type { ListenerClient } from '../state/database-listener.ts';

/** Longer than a healthy server takes to let somebody in. */
const TIMEOUT_MS = 10_000;

/** Makes clients for a connection beside the pool, which stays open and only listens. */
export async function createListenerClients(url: string): Promise<() => ListenerClient> {
  const { default: pg } = await import('pg');
  return () =>
    new pg.Client({
      ...{ connectionString: url, connectionTimeoutMillis: TIMEOUT_MS, query_timeout: TIMEOUT_MS, keepAlive: true },
      application_name: 'waybill-shaman-server listener',
    });
}
