import pg from 'pg';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { createNodeRegistry } from '../../src/nodes/node-registry.ts';
import type { NodeSource } from '../../src/nodes/node-source.ts';
import { openNodeDatabase } from '../../src/nodes/open-node-database.ts';
import { NodeTrustColumnMissingError } from '../../src/nodes/postgres-node-database.ts';
import { createStaticNodeSource } from '../../src/nodes/static-node-source.ts';
import { createMemoryLog } from '../support/memory-log.ts';
import { startPostgres } from '@waybill/test-kit';
import { skipWithout, waitFor } from '@waybill/test-kit';

/** As wubloader's own schema has it (spec 1.6). */
const WUBLOADER_TABLE =
  'CREATE TABLE nodes (name TEXT PRIMARY KEY, url TEXT NOT NULL, backfill_from BOOLEAN NOT NULL DEFAULT TRUE)';

const postgres = await startPostgres();

describe('a PostgreSQL node database', () => {
  if ('unavailable' in postgres) {
    it('is asked in a real server', (test) => skipWithout(test, postgres.unavailable));
    return;
  }
  const server = postgres;
  const database = openNodeDatabase(server.url);
  const run = async (...statements: string[]): Promise<void> => {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  };

  beforeEach(() => run('DROP TABLE IF EXISTS nodes'));
  afterAll(() => server[Symbol.asyncDispose]());

  it('lists the nodes of a wubloader database that may be backfilled from', async () => {
    await run(
      WUBLOADER_TABLE,
      "INSERT INTO nodes VALUES ('a', 'http://a', TRUE), ('b', 'http://b', FALSE), ('c', 'nonsense', TRUE)",
    );
    const { entries, problems } = await database.list();
    expect(entries).toMatchObject([
      { name: 'a', key: 'http://a', trust: { tombstones: true, extras: true, replace: false } },
    ]);
    expect(problems).toHaveLength(1);
  });

  it('makes its table by the first add; then changes, lists and removes nodes', async () => {
    await expect(database.list()).rejects.toThrow(/nodes/);
    await database.add({ name: 'a', url: 'http://a', backfillFrom: true, trust: 'tombstones+replace' });
    await database.add({ name: 'b', url: 'http://b:8000', backfillFrom: false, trust: undefined });
    await database.add({ name: 'a', url: 'http://a2', backfillFrom: true, trust: undefined });
    expect(await database.rows()).toEqual([
      { name: 'a', url: 'http://a2', backfillFrom: true, trust: 'tombstones+replace' },
      { name: 'b', url: 'http://b:8000', backfillFrom: false, trust: undefined },
    ]);
    expect((await database.list()).entries).toMatchObject([{ name: 'a', trust: { extras: false, replace: true } }]);
    expect(await database.remove('http://B:8000/')).toEqual(['b']);
    expect(await database.remove('b')).toEqual([]);
    expect(await database.rows()).toHaveLength(1);
  });

  it('alters no table of wubloader: a trust is refused with the statement that would make room, and nothing is added', async () => {
    await run(WUBLOADER_TABLE);
    const adding = database.add({ name: 'a', url: 'http://a', backfillFrom: true, trust: 'none' });
    await expect(adding).rejects.toThrow(NodeTrustColumnMissingError);
    await expect(adding).rejects.toThrow(/ALTER TABLE nodes ADD COLUMN trust text/);
    expect(await database.rows()).toEqual([]);
    await database.add({ name: 'a', url: 'http://a', backfillFrom: true, trust: undefined });
    expect(await database.rows()).toHaveLength(1);
  });

  it('is asked one query per refresh with 5 channels and 3 qualities', async () => {
    await run(WUBLOADER_TABLE, "INSERT INTO nodes VALUES ('a', 'http://a', TRUE)");
    const before = server.statements.length;
    let refreshes = 0;
    const source: NodeSource = {
      label: database.label,
      list: (options) => {
        refreshes += 1;
        return database.list(options);
      },
    };
    const registry = createNodeRegistry({ sources: [source], log: createMemoryLog(), refreshMs: 50 });
    await registry.start();
    let reads = 0;
    while (refreshes < 5) {
      for (let pair = 0; pair < 5 * 3; pair += 1) reads += registry.nodes.length;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await registry.stop();
    const statements = server.statements.slice(before);
    expect(reads).toBeGreaterThanOrEqual(5 * 3);
    expect(new Set(statements)).toEqual(new Set(['SELECT * FROM nodes WHERE backfill_from']));
    // The last one may have been broken off before it was sent.
    expect([refreshes - 1, refreshes]).toContain(statements.length);
  });

  it('that stops, hangs and comes back never empties the list, and is one log line each time', async () => {
    await run(WUBLOADER_TABLE, "INSERT INTO nodes VALUES ('a', 'http://a', TRUE)");
    const log = createMemoryLog();
    const sources = [createStaticNodeSource(['http://static']), database];
    const registry = createNodeRegistry({ sources, log, refreshMs: 50, timeoutMs: 200 });
    const lines = (start: string): number => log.lines.filter((line) => line.message.startsWith(start)).length;
    const keys = () => registry.nodes.map((node) => node.key);
    await registry.start();
    expect(keys()).toEqual(['http://static', 'http://a']);

    server.freeze();
    await waitFor(() => lines('Getting nodes failed') === 1);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(keys()).toEqual(['http://static', 'http://a']);
    server.thaw();
    await waitFor(() => lines('Getting nodes works again') === 1);

    await server.stop();
    await waitFor(() => lines('Getting nodes failed') === 2);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(keys()).toEqual(['http://static', 'http://a']);
    await server.start();
    await run("INSERT INTO nodes VALUES ('b', 'http://b', TRUE)");
    await waitFor(() => keys().includes('http://b'));
    expect([lines('Getting nodes failed'), lines('Getting nodes works again')]).toEqual([2, 2]);
    await registry.stop();
  });

  it('that is down at the start leaves the other sources working', async () => {
    const log = createMemoryLog();
    const absent = openNodeDatabase(`postgresql://postgres:secret@127.0.0.1:1/none`);
    const registry = createNodeRegistry({ sources: [createStaticNodeSource(['http://static']), absent], log });
    await registry.start();
    expect(registry.nodes.map((node) => node.key)).toEqual(['http://static']);
    await registry.stop();
    expect(JSON.stringify(log.lines)).not.toContain('secret');
  });

  it('ends a query with its signal, and leaves no connection behind', async () => {
    await run(WUBLOADER_TABLE);
    const controller = new AbortController();
    const reason = new Error('stop');
    server.freeze();
    const listing = database.list({ signal: controller.signal });
    setTimeout(() => {
      controller.abort(reason);
    }, 100);
    await expect(listing).rejects.toBe(reason);
    server.thaw();
    const connections = async (): Promise<number> => {
      const client = new pg.Client({ connectionString: server.url });
      await client.connect();
      const { rows } = await client.query<{ count: number }>(
        "SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name = 'waybill-backfiller'",
      );
      await client.end();
      return rows[0]?.count ?? -1;
    };
    await waitFor(async () => (await connections()) === 0, { what: 'the end of the connection' });
  });
});
