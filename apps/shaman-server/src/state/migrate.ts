import { inTransaction, type StateDatabase } from './state-database.ts';

/** One step from one form of the tables to the next. Once released it does not change. */
export interface Migration {
  /** Unique among all: the names of those that were done are kept in the database. */
  readonly name: string;
  /** Statements without parameters. */
  readonly statements: string;
}

/** Replicas that start at once do it one after the other; the second one finds nothing left to do. */
const LOCK = 'select pg_advisory_xact_lock(7305194115)';
const TABLE = `
  create table if not exists waybill_migrations (
    name text primary key,
    applied_at timestamptz not null default clock_timestamp()
  )`;
const DONE = 'select name from waybill_migrations where name = any($1)';
const REMEMBER = 'insert into waybill_migrations (name) values ($1)';

/** Does what of these has not been done to this database, in order: all of it or nothing. */
export async function migrate(database: StateDatabase, migrations: readonly Migration[]): Promise<void> {
  await inTransaction(database, async (connection) => {
    await connection.query(LOCK);
    await connection.query(TABLE);
    const { rows } = await connection.query(DONE, [migrations.map(({ name }) => name)]);
    const done = new Set((rows as { name: string }[]).map(({ name }) => name));
    for (const { name, statements } of migrations) {
      if (done.has(name)) continue;
      await connection.query(statements);
      await connection.query(REMEMBER, [name]);
    }
  });
}
