import type { Pool } from 'pg';
import { DatabaseUnavailableError } from './database-unavailable-error.ts';
import type { StateConnection, StateDatabase, StateRows } from './state-database.ts';

/**
 * SQLSTATE classes of a server that cannot do now what it could do before (PostgreSQL manual, appendix A): connection
 * exception, transaction rollback (deadlock), insufficient resources, operator intervention (shutdown).
 */
const PASSING_STATES = /^(08|40|53|57)/;

/** A pool whose failures say whether it is the database that is away. @throws DatabaseUnavailableError; what PostgreSQL refuses. */
export class SharedDatabase implements StateDatabase, AsyncDisposable {
  readonly #pool: Pool;

  /** @param pool Is closed with this. */
  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async query(text: string, values?: unknown[]): Promise<StateRows> {
    return await told(this.#pool.query(text, values));
  }

  async connect(): Promise<StateConnection> {
    const client = await told(this.#pool.connect());
    return {
      query: (text, values) => told(client.query(text, values)),
      release: (error) => client.release(error),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.end();
  }
}

async function told<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw isAway(error) ? new DatabaseUnavailableError(error) : error;
  }
}

/** What PostgreSQL itself answers has a severity; the rest are failures of the connection, and timeouts. */
function isAway(error: unknown): boolean {
  const { severity, code } = error as { severity?: unknown; code?: unknown };
  return severity === undefined || PASSING_STATES.test(String(code));
}
