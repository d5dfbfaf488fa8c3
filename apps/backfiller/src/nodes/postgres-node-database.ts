import { Socket } from 'node:net';
import { WaybillError } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';
import { collectEntries } from './collect-entries.ts';
import { matchesNode, nodeRow, placedFields } from './node-row.ts';
import type { NodeDatabase, NodeRow } from './node-source.ts';

/** The table of a wubloader database (spec 1.6) plus our column `trust`; made only by `add`, and only where there is none. */
const SCHEMA = `CREATE TABLE IF NOT EXISTS nodes (
  name text PRIMARY KEY,
  url text NOT NULL,
  backfill_from boolean NOT NULL DEFAULT true,
  trust text
)`;

const UPSERT = `INSERT INTO nodes (name, url, backfill_from) VALUES ($1, $2, $3)
  ON CONFLICT (name) DO UPDATE SET url = excluded.url, backfill_from = excluded.backfill_from`;

/** A server that says nothing for this long, while connecting or answering, is down. */
const SILENCE_TIMEOUT_MS = 5_000;

type Query = (text: string, values?: unknown[]) => Promise<Record<string, unknown>[]>;

const labelOf = (connectionString: string): string => {
  if (!URL.canParse(connectionString)) return 'postgresql';
  const { host, pathname } = new URL(connectionString);
  return `postgresql://${host}${pathname}`;
};

/** One connection for one use: a list every 30 s is not worth an idle session on the server, nor the code that revives it. */
const withConnection = async <T>(
  connectionString: string,
  { signal }: AbortOptions,
  use: (query: Query) => Promise<T>,
): Promise<T> => {
  signal?.throwIfAborted();
  // Only who uses such a database needs its client, which takes a tenth of the start of a program.
  const { default: pg } = await import('pg');
  signal?.throwIfAborted();
  const socket = new Socket();
  const client = new pg.Client({ connectionString, stream: () => socket, application_name: 'waybill-backfiller' });
  // Without a listener a connection that breaks between two calls would end the process; the next call reports it.
  client.on('error', () => undefined);
  const onAbort = (): void => {
    socket.destroy(signal?.reason as Error);
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  socket.setTimeout(SILENCE_TIMEOUT_MS, () =>
    socket.destroy(new Error(`The database was silent for ${String(SILENCE_TIMEOUT_MS)} ms`)),
  );
  try {
    await client.connect();
    const result = await use(async (text, values) => (await client.query<Record<string, unknown>>(text, values)).rows);
    await client.end();
    return result;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    socket.destroy();
  }
};

/** The SQLSTATE of an error that the database sent; other errors have other codes. */
const stateOf = (error: unknown): unknown => (error as { code?: unknown } | null)?.code;

/** SQLSTATE undefined_column. */
const UNDEFINED_COLUMN = '42703';
/** SQLSTATE undefined_table: `add` will make it. */
const UNDEFINED_TABLE = '42P01';

/** The table is wubloader's own and cannot hold a trust. It is not ours to alter. */
export class NodeTrustColumnMissingError extends WaybillError {
  constructor(cause: unknown) {
    super('The table nodes has no column for a trust. To add it: ALTER TABLE nodes ADD COLUMN trust text', {
      code: 'ERR_NODE_TRUST_COLUMN_MISSING',
      retryable: false,
      cause,
    });
  }
}

const setTrust = async (query: Query, name: string, trust: string): Promise<void> => {
  try {
    await query('UPDATE nodes SET trust = $2 WHERE name = $1', [name, trust]);
  } catch (error) {
    throw stateOf(error) === UNDEFINED_COLUMN ? new NodeTrustColumnMissingError(error) : error;
  }
};

/** `--node-database postgresql://…`: a wubloader database, or one of the same shape. Our column `trust` is read where it exists. */
export const createPostgresNodeDatabase = (connectionString: string): NodeDatabase => {
  const rows = (text: string, options: AbortOptions = {}): Promise<NodeRow[]> =>
    withConnection(connectionString, options, async (query) => (await query(text)).map(nodeRow));

  return {
    label: labelOf(connectionString),
    // `*` and not the columns by name: one query must do for tables with and without `trust`.
    list: async (options) =>
      collectEntries((await rows('SELECT * FROM nodes WHERE backfill_from', options)).map(placedFields)),
    rows: async (options) => {
      try {
        return await rows('SELECT * FROM nodes ORDER BY name', options);
      } catch (error) {
        if (stateOf(error) === UNDEFINED_TABLE) return [];
        throw error;
      }
    },
    add: (row, options = {}) =>
      withConnection(connectionString, options, async (query) => {
        await query(SCHEMA);
        await query('BEGIN');
        await query(UPSERT, [row.name, row.url, row.backfillFrom]);
        if (row.trust !== undefined) await setTrust(query, row.name, row.trust);
        await query('COMMIT');
      }),
    remove: (nameOrUrl, options = {}) =>
      withConnection(connectionString, options, async (query) => {
        const found = (await query('SELECT * FROM nodes')).map(nodeRow).filter((row) => matchesNode(row, nameOrUrl));
        const names = found.map((row) => row.name);
        if (names.length > 0) await query('DELETE FROM nodes WHERE name = ANY($1)', [names]);
        return names;
      }),
  };
};
