import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ensureDirectory } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';
import { collectEntries } from './collect-entries.ts';
import { matchesNode, nodeRow, placedFields } from './node-row.ts';
import type { NodeDatabase, NodeRow } from './node-source.ts';

/** The table of a wubloader database (spec 1.6) plus our column `trust`, the text of parseNodeTrust. */
const SCHEMA = `CREATE TABLE IF NOT EXISTS nodes (
  name TEXT PRIMARY KEY NOT NULL,
  url TEXT NOT NULL,
  backfill_from BOOLEAN NOT NULL DEFAULT TRUE,
  trust TEXT
)`;

const UPSERT = `INSERT INTO nodes (name, url, backfill_from, trust) VALUES (?, ?, ?, ?)
  ON CONFLICT (name) DO UPDATE SET url = excluded.url, backfill_from = excluded.backfill_from,
    trust = coalesce(excluded.trust, nodes.trust)`;

/** How long a statement waits for another process that writes, in ms. */
const BUSY_TIMEOUT_MS = 2_000;

const withDatabase = <T>(path: string, readOnly: boolean, use: (database: DatabaseSync) => T): T => {
  const database = new DatabaseSync(path, { readOnly, timeout: BUSY_TIMEOUT_MS });
  try {
    return use(database);
  } finally {
    database.close();
  }
};

const readRows = (path: string, query: string): NodeRow[] => {
  if (!existsSync(path)) return [];
  return withDatabase(path, true, (database) => database.prepare(query).all().map(nodeRow));
};

const removeRows = (database: DatabaseSync, names: readonly string[]): void => {
  const statement = database.prepare('DELETE FROM nodes WHERE name = ?');
  for (const name of names) statement.run(name);
};

/**
 * `--node-database sqlite:PATH`, by default in the state folder. Opened for each use, for some hundred microseconds,
 * so that `nodes add` from another process is never locked out. Reading never creates the file: absent means no nodes.
 */
export const createSqliteNodeDatabase = (path: string): NodeDatabase => {
  const rows = (query: string, { signal }: AbortOptions = {}): Promise<NodeRow[]> =>
    new Promise((resolve) => {
      signal?.throwIfAborted();
      resolve(readRows(path, query));
    });

  return {
    label: `sqlite:${path}`,
    list: async (options) =>
      collectEntries((await rows('SELECT * FROM nodes WHERE backfill_from', options)).map(placedFields)),
    rows: (options) => rows('SELECT * FROM nodes ORDER BY name', options),
    add: async (row, options = {}) => {
      await ensureDirectory(dirname(path), { signal: options.signal });
      withDatabase(path, false, (database) => {
        database.exec(SCHEMA);
        database.prepare(UPSERT).run(row.name, row.url, row.backfillFrom ? 1 : 0, row.trust ?? null);
      });
    },
    remove: async (nameOrUrl, options) => {
      const found = await rows('SELECT * FROM nodes', options);
      const names = found.filter((row) => matchesNode(row, nameOrUrl)).map((row) => row.name);
      if (names.length > 0)
        withDatabase(path, false, (database) => {
          removeRows(database, names);
        });
      return names;
    },
  };
};
