import { formatBlobKey } from '@waybill/blob-store';
import { createTables } from '../state/state-database.ts';
import type { BoardClaim, ClaimBoard } from './claim-board.ts';

/** The slice of a `pg` pool that this needs. */
export interface ClaimDatabase {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[]; rowCount: number | null }>;
}

export interface PostgresClaimBoardInit {
  database: ClaimDatabase;
  /** Names this replica among the others. Must be unique to this process. */
  replica: string;
  /** A claim of a replica that died is free after this. Default 30,000; renewed three times within it. */
  leaseMs?: number | undefined;
  onError?: ((error: unknown) => void) | undefined;
}

const CREATE_TABLE = `
  create table if not exists waybill_upload_claims (
    blob text primary key,
    replica text not null,
    claimed_until timestamptz not null
  )`;

/** The clock is the database's: those of the replicas may differ. */
const ACQUIRE = `
  insert into waybill_upload_claims (blob, replica, claimed_until)
  values ($1, $2, clock_timestamp() + $3 * interval '1 millisecond')
  on conflict (blob) do update set replica = excluded.replica, claimed_until = excluded.claimed_until
  where waybill_upload_claims.claimed_until < clock_timestamp() or waybill_upload_claims.replica = excluded.replica`;

const RENEW = `
  update waybill_upload_claims set claimed_until = clock_timestamp() + $2 * interval '1 millisecond' where replica = $1`;

const RELEASE = `delete from waybill_upload_claims where blob = $1 and replica = $2`;

const HELD = `
  select blob from waybill_upload_claims
  where blob = any($1) and replica <> $2 and claimed_until >= clock_timestamp()`;

const CLEAN = `delete from waybill_upload_claims where replica = $1 or claimed_until < clock_timestamp() - interval '1 day'`;

/** Claims as rows that run out. Creates its table. `close` gives back all claims of this replica; the database is the caller's. */
export async function openPostgresClaimBoard(init: PostgresClaimBoardInit): Promise<ClaimBoard> {
  const { database, replica, leaseMs = 30_000, onError } = init;
  await createTables(database, CREATE_TABLE);
  const held = new Set<string>();
  const renewal = setInterval(() => {
    if (held.size > 0) database.query(RENEW, [replica, leaseMs]).catch((error: unknown) => onError?.(error));
  }, leaseMs / 3);
  renewal.unref();
  const release = async (blob: string): Promise<void> => {
    held.delete(blob);
    await database.query(RELEASE, [blob, replica]).catch((error: unknown) => onError?.(error));
  };
  return {
    async acquire(key, { signal } = {}): Promise<BoardClaim | undefined> {
      signal?.throwIfAborted();
      const blob = formatBlobKey(key);
      const { rowCount } = await database.query(ACQUIRE, [blob, replica, leaseMs]);
      if (rowCount === 0) return undefined;
      held.add(blob);
      return { release: () => release(blob) };
    },
    async areHeldElsewhere(keys, { signal } = {}) {
      signal?.throwIfAborted();
      const blobs = keys.map(formatBlobKey);
      const { rows } = await database.query(HELD, [blobs, replica]);
      const found = new Set((rows as { blob: string }[]).map(({ blob }) => blob));
      return blobs.map((blob) => found.has(blob));
    },
    async close() {
      clearInterval(renewal);
      await database.query(CLEAN, [replica]).catch((error: unknown) => onError?.(error));
    },
  };
}
