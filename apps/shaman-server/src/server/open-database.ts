import type { Logger } from '@waybill/http-kit';
import { SharedDatabase } from '../state/shared-database.ts';

/** Replicas wait for each other's statements of milliseconds; what takes longer is a database that is down. */
const TIMEOUT_MS = 10_000;

/** The connections to what replicas share. An idle connection that breaks is no reason to end. */
export async function openDatabase(url: string, logger: Logger): Promise<SharedDatabase> {
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({
    ...{ connectionString: url, max: 10, connectionTimeoutMillis: TIMEOUT_MS },
    ...{ query_timeout: TIMEOUT_MS, application_name: 'waybill-shaman-server' },
  });
  const onError = (error: unknown): void => logger.warn({ err: error }, 'A connection to the database broke');
  pool.on('error', onError);
  // The pool listens only to idle ones: one that breaks while it is lent, or on its way out, would end the process.
  pool.on('connect', (client) => client.on('error', onError));
  return new SharedDatabase(pool);
}
