import type { BlobKey } from '@waybill/blob-store';
import type { AbortOptions } from '@waybill/common';
import { formatHex } from '@waybill/digest';
import { concatDigests, groupId } from './group-id.ts';
import { DEFAULT_PIN_TTL_MS, type PinOptions, type PinStore } from './pins.ts';
import { createTables, inTransaction, type StateConnection, type StateDatabase } from './state-database.ts';

export interface PostgresPinStoreInit {
  /** Of the caller, who closes it. */
  database: StateDatabase;
  /** Uploads of this time renew pins together; default 10,000. */
  renewAfterMs?: number;
  /** Takes renewals that failed; the next upload tries again. */
  onError?: (error: unknown) => void;
}

/**
 * A pin is one row, and one for each first byte that its digests have: at most 257 for a definition of any size, written in
 * one statement, and looked through in pieces of some kilobytes.
 */
const TABLES = `
  create table if not exists waybill_pins (
    id text primary key,
    blobs integer not null,
    ttl interval not null,
    ends_at timestamptz not null
  );
  create table if not exists waybill_pin_digests (
    bucket smallint not null,
    pin text not null references waybill_pins (id) on delete cascade,
    digests bytea not null,
    primary key (bucket, pin)
  );
  create index if not exists waybill_pin_digests_pin on waybill_pin_digests (pin)`;

/** Pins share it, a deletion has it alone: what a deletion has looked at stays so until it is done. */
const LOCK = 7_305_194_112;
const LOCK_SHARED = `select pg_advisory_xact_lock_shared(${LOCK})`;
const LOCK_ALONE = `select pg_advisory_xact_lock(${LOCK})`;

/** The clock is the database's: those of the replicas may differ. */
const HOLD = `
  insert into waybill_pins (id, blobs, ttl, ends_at)
  values ($1, $2, $3 * interval '1 millisecond', clock_timestamp() + $3 * interval '1 millisecond')
  on conflict (id) do update set ends_at = greatest(waybill_pins.ends_at, excluded.ends_at)
  returning xmax = 0 as is_new`;

const HOLD_DIGESTS = `
  insert into waybill_pin_digests (bucket, pin, digests)
  select bucket, $1, digests from unnest($2::smallint[], $3::bytea[]) as new (bucket, digests)`;

/** A match that begins in the middle of a digest would pin a blob too many, and never one too few. */
const PINS_OF = `
  select wanted.digest, pin.id from unnest($1::bytea[]) as wanted (digest)
  join waybill_pin_digests part on part.bucket = get_byte(wanted.digest, 0) and position(wanted.digest in part.digests) > 0
  join waybill_pins pin on pin.id = part.pin and pin.ends_at > clock_timestamp()`;

const RENEW = `
  update waybill_pins set ends_at = greatest(ends_at, clock_timestamp() + ttl)
  where id in (select id from (${PINS_OF}) as found)`;

const FORGET = 'delete from waybill_pins where ends_at <= clock_timestamp()';
const FORGET_EVERY_MS = 600_000;

const COUNT = `
  select count(*)::int as pins, coalesce(sum(blobs), 0)::int as blobs from waybill_pins
  where ends_at > clock_timestamp()`;

/** Pins that several replicas share. They outlive a replica, and a deletion by one replica waits for pins of all. */
export class PostgresPinStore implements PinStore {
  readonly #init: PostgresPinStoreInit;
  readonly #due = new Map<string, Uint8Array>();
  #timer: NodeJS.Timeout | undefined;
  #renewing: Promise<void> = Promise.resolve();
  #forgottenAtMs = 0;

  constructor(init: PostgresPinStoreInit) {
    this.#init = init;
  }

  async pin(keys: readonly BlobKey[], { ttlMs = DEFAULT_PIN_TTL_MS, signal }: PinOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    if (keys.length === 0) return;
    await this.#forget();
    const id = groupId(keys);
    await inTransaction(this.#init.database, async (connection) => {
      await connection.query(LOCK_SHARED);
      const { rows } = await connection.query(HOLD, [id, keys.length, ttlMs]);
      if ((rows as { is_new: boolean }[])[0]?.is_new !== true) return;
      const parts = partsOf(keys);
      await connection.query(HOLD_DIGESTS, [id, [...parts.keys()], [...parts.values()]]);
    });
    signal?.throwIfAborted();
  }

  renewFor({ digest }: BlobKey): void {
    this.#due.set(formatHex(digest), digest.bytes);
    this.#timer ??= setTimeout(() => void this.#renewDue(), this.#init.renewAfterMs ?? 10_000).unref();
  }

  async withUnpinned<T>(
    keys: readonly BlobKey[],
    work: (unpinned: readonly BlobKey[]) => Promise<T>,
    { signal }: AbortOptions = {},
  ): Promise<T> {
    signal?.throwIfAborted();
    return inTransaction(this.#init.database, async (connection) => {
      await connection.query(LOCK_ALONE);
      signal?.throwIfAborted();
      const pinned = await pinnedOf(connection, keys);
      return work(keys.filter(({ digest }) => !pinned.has(formatHex(digest))));
    });
  }

  async count({ signal }: AbortOptions = {}): Promise<{ pins: number; blobs: number }> {
    signal?.throwIfAborted();
    const { rows } = await this.#init.database.query(COUNT);
    return (rows as { pins: number; blobs: number }[])[0] ?? { pins: 0, blobs: 0 };
  }

  async close(): Promise<void> {
    await this.#renewDue();
  }

  #renewDue(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const digests = [...this.#due.values()];
    this.#due.clear();
    if (digests.length > 0) this.#renewing = this.#renewing.then(() => this.#renew(digests));
    return this.#renewing;
  }

  async #renew(digests: Uint8Array[]): Promise<void> {
    try {
      await this.#init.database.query(RENEW, [digests.map(buffer)]);
    } catch (error) {
      this.#init.onError?.(error);
    }
  }

  async #forget(): Promise<void> {
    if (Date.now() - this.#forgottenAtMs < FORGET_EVERY_MS) return;
    this.#forgottenAtMs = Date.now();
    await this.#init.database.query(FORGET);
  }
}

async function pinnedOf(connection: StateConnection, keys: readonly BlobKey[]): Promise<ReadonlySet<string>> {
  const { rows } = await connection.query(PINS_OF, [keys.map(({ digest }) => buffer(digest.bytes))]);
  return new Set((rows as { digest: Buffer }[]).map(({ digest }) => digest.toString('hex')));
}

/** By first byte, the digests one after the other. */
function partsOf(keys: readonly BlobKey[]): Map<number, Buffer> {
  const byBucket = Map.groupBy(keys, ({ digest }) => digest.bytes[0] ?? 0);
  return new Map([...byBucket].map(([bucket, group]) => [bucket, buffer(concatDigests(group))]));
}

/** `pg` sends a Buffer as bytes, and a plain Uint8Array too only since some versions. */
function buffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Creates its tables. Replicas may open it at the same time. */
export async function openPostgresPinStore(init: PostgresPinStoreInit): Promise<PinStore> {
  await createTables(init.database, TABLES);
  return new PostgresPinStore(init);
}
