/** The slice of a `pg` pool that state needs. */
export interface StateDatabase {
  query(text: string, values?: unknown[]): Promise<StateRows>;
  connect(): Promise<StateConnection>;
}

export interface StateRows {
  readonly rows: unknown[];
  readonly rowCount: number | null;
}

/** One connection of the pool. */
export interface StateConnection {
  query(text: string, values?: unknown[]): Promise<StateRows>;
  /** Gives it back; with an error it is closed instead. */
  release(error?: Error | boolean): void;
}

/**
 * What of two servers that start at once the later one may meet, since `create … if not exists` is no lock: unique_violation,
 * duplicate_object, duplicate_table.
 */
const CREATED_MEANWHILE = new Set<unknown>(['23505', '42710', '42P07']);

/** Runs `create … if not exists` statements, beside other replicas that do the same. */
export async function createTables(database: Pick<StateDatabase, 'query'>, statements: string): Promise<void> {
  try {
    await database.query(statements);
  } catch (error) {
    if (!CREATED_MEANWHILE.has((error as { code?: unknown }).code)) throw error;
    await database.query(statements);
  }
}

/** Runs `work` in a transaction. A connection that failed is not used again. */
export async function inTransaction<T>(
  database: StateDatabase,
  work: (connection: StateConnection) => Promise<T>,
): Promise<T> {
  const connection = await database.connect();
  try {
    await connection.query('begin');
    const result = await work(connection);
    await connection.query('commit');
    connection.release();
    return result;
  } catch (error) {
    const failed = await connection.query('rollback').then(
      () => false,
      () => true,
    );
    connection.release(failed);
    throw error;
  }
}
