import { abortableSleep } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';
import { sha256 } from '@waybill/digest';
import type { ShamanFile } from '@waybill/shaman-protocol';
import { migrate } from '../state/migrate.ts';
import { inTransaction, type StateConnection, type StateDatabase } from '../state/state-database.ts';
import { CheckoutClaimLostError, CheckoutInsideAnotherError } from './checkout-errors.ts';
import type { CheckoutRegistry, RegisteredCheckout, RegistrySnapshot } from './checkout-registry.ts';
import { type PackedDefinition, packDefinition, unpackDefinition } from './pack-definition.ts';
import type { ClaimOptions, PathClaim } from './path-claims.ts';
import type { CheckoutPlan } from './plan-checkout.ts';
import { parentsOf } from './publish-tree.ts';
import { REGISTRY_MIGRATIONS, SQL } from './registry-tables.ts';

export interface PostgresCheckoutRegistryInit {
  /** Of the caller, who closes it. */
  database: StateDatabase;
  /** Names this server, also after it was started anew; no two that run have one name. */
  replica: string;
  /** A claim of a server that died is free after this. Default 30,000; renewed three times within it. */
  leaseMs?: number | undefined;
  /** Takes what fails besides. */
  onError?: ((error: unknown) => void) | undefined;
}

/** 128 kB: a row that is read and written in one piece. */
const DIGEST_PART_BYTES = 4096 * 32;
/** Between two looks at a path that somebody else is about to take. */
const LOOK_MS = 200;

interface CheckoutRow {
  readonly id: string;
  readonly path: string;
  readonly files: number;
  readonly size_bytes: number;
  readonly created_at_ms: number;
  readonly is_ready: boolean;
}

/** See {@link CheckoutRegistry}, {@link REGISTRY_MIGRATIONS} for the tables. */
export class PostgresCheckoutRegistry implements CheckoutRegistry {
  readonly #init: PostgresCheckoutRegistryInit;
  /** Of the registry. */
  readonly #id: string;
  readonly #leaseMs: number;
  readonly #held = new Set<string>();
  readonly #renewal: NodeJS.Timeout;

  constructor(id: string, init: PostgresCheckoutRegistryInit) {
    this.#id = id;
    this.#init = init;
    this.#leaseMs = init.leaseMs ?? 30_000;
    this.#renewal = setInterval(() => void this.#renew(), this.#leaseMs / 3).unref();
  }

  async claim(path: string, plan: CheckoutPlan, { waits }: ClaimOptions): Promise<PathClaim | undefined> {
    const packed = await packDefinition(plan);
    const deadlineMs = performance.now() + (waits ? this.#leaseMs + 10 * LOOK_MS : 0);
    for (;;) {
      await this.#init.database.query(SQL.reap);
      const id = await inTransaction(this.#init.database, (connection) => this.#take(connection, path, plan, packed));
      if (id !== 'claimed') return id === 'taken' ? undefined : this.#claimOf(id.taken, path);
      if (performance.now() >= deadlineMs) return undefined;
      await abortableSleep(LOOK_MS);
    }
  }

  async *list({ signal }: AbortOptions = {}): AsyncGenerator<RegisteredCheckout> {
    signal?.throwIfAborted();
    const { rows } = await this.#init.database.query(SQL.list);
    for (const row of rows as CheckoutRow[]) yield this.#checkoutOf(row);
  }

  find(path: string, options: AbortOptions = {}): Promise<RegisteredCheckout | undefined> {
    return this.#findBy(SQL.find, digestOf(path), options);
  }

  async findRegistration(registration: string, options: AbortOptions = {}): Promise<RegisteredCheckout | undefined> {
    return this.isOwn(registration) ? this.#findBy(SQL.findId, rowId(registration), options) : undefined;
  }

  async files(registration: string, { signal }: AbortOptions = {}): Promise<ShamanFile[] | undefined> {
    if (!this.isOwn(registration)) return undefined;
    signal?.throwIfAborted();
    const id = rowId(registration);
    // Parts go with their checkout: both as of one moment.
    const packed = await this.#atOneMoment(async (connection) => {
      const names = (await connection.query(SQL.names, [id])).rows as { names: Buffer }[];
      const parts = (await connection.query(SQL.digests, [id])).rows as { digests: Buffer }[];
      return names[0] && { names: names[0].names, digests: Buffer.concat(parts.map(({ digests }) => digests)) };
    });
    signal?.throwIfAborted();
    return packed && unpackDefinition(packed);
  }

  async erase(path: string): Promise<string | undefined> {
    const { rows } = await this.#init.database.query(SQL.erase, [digestOf(path)]);
    const [row] = rows as { id: string }[];
    return row && this.#registrationOf(row.id);
  }

  isOwn(registration: string): boolean {
    return registration.startsWith(`${this.#id}/`);
  }

  async version({ signal }: AbortOptions = {}): Promise<number> {
    signal?.throwIfAborted();
    await this.#init.database.query(SQL.reap);
    const { rows } = await this.#init.database.query(SQL.registry);
    return (rows as { version: number }[])[0]?.version ?? 0;
  }

  async snapshot({ signal }: AbortOptions = {}): Promise<RegistrySnapshot> {
    signal?.throwIfAborted();
    return this.#atOneMoment(async (connection) => {
      const [registry] = (await connection.query(SQL.registry)).rows as { version: number }[];
      const rows = (await connection.query(SQL.all)).rows as CheckoutRow[];
      const ready = rows.filter((row) => row.is_ready).map((row) => this.#checkoutOf(row));
      const registrations = new Set(rows.map(({ id }) => this.#registrationOf(id)));
      return { version: registry?.version ?? 0, ready, registrations };
    });
  }

  async close(): Promise<void> {
    clearInterval(this.#renewal);
    if (this.#held.size > 0) await this.#do(SQL.releaseOf, [this.#init.replica]);
  }

  /** 'taken' by a checkout; 'claimed' by somebody who is about to make one there. */
  async #take(
    connection: StateConnection,
    path: string,
    plan: CheckoutPlan,
    packed: PackedDefinition,
  ): Promise<'taken' | 'claimed' | { taken: string }> {
    await connection.query(SQL.lock);
    const above = parentsOf(path);
    const aboveDigests = above.map(digestOf);
    const { rows } = await connection.query(SQL.taken, [[digestOf(path), ...aboveDigests], digestOf(path)]);
    const found = rows as { path: string; is_ready: boolean }[];
    const parent = found.find((row) => above.includes(row.path));
    if (parent !== undefined) throw new CheckoutInsideAnotherError(path, parent.path);
    if (found.length > 0) return found.some((row) => row.is_ready) ? 'taken' : 'claimed';
    const { files, sizeBytes } = plan;
    const values = [digestOf(path), aboveDigests, path, files.length, sizeBytes, this.#init.replica, this.#leaseMs];
    const inserted = await connection.query(SQL.claim, [...values, packed.names]);
    const [{ id }] = inserted.rows as [{ id: string }];
    const parts = partsOf(packed.digests);
    await connection.query(SQL.claimDigests, [id, [...parts.keys()], parts]);
    return { taken: id };
  }

  #claimOf(id: string, path: string): PathClaim {
    this.#held.add(id);
    return {
      registration: this.#registrationOf(id),
      confirm: async () => {
        this.#held.delete(id);
        const { rowCount } = await this.#init.database.query(SQL.confirm, [id]);
        if (rowCount === 0) throw new CheckoutClaimLostError(path);
      },
      release: async () => {
        this.#held.delete(id);
        await this.#do(SQL.release, [id]);
      },
    };
  }

  async #findBy(query: string, value: unknown, { signal }: AbortOptions): Promise<RegisteredCheckout | undefined> {
    signal?.throwIfAborted();
    const { rows } = await this.#init.database.query(query, [value]);
    const [row] = rows as CheckoutRow[];
    return row && this.#checkoutOf(row);
  }

  #checkoutOf({ id, path, files, size_bytes: sizeBytes, created_at_ms: createdAtMs }: CheckoutRow): RegisteredCheckout {
    const name = path.slice(path.lastIndexOf('/') + 1);
    return { registration: this.#registrationOf(id), path, name, files, sizeBytes, createdAtMs };
  }

  #registrationOf(id: string): string {
    return `${this.#id}/${id}`;
  }

  #atOneMoment<T>(work: (connection: StateConnection) => Promise<T>): Promise<T> {
    return inTransaction(this.#init.database, async (connection) => {
      await connection.query(SQL.snapshot);
      return work(connection);
    });
  }

  async #renew(): Promise<void> {
    if (this.#held.size > 0) await this.#do(SQL.renew, [[...this.#held], this.#leaseMs]);
  }

  /** What the lease does in the end as well. */
  async #do(statement: string, values: unknown[]): Promise<void> {
    await this.#init.database.query(statement, values).catch((error: unknown) => this.#init.onError?.(error));
  }
}

function rowId(registration: string): string {
  return registration.slice(registration.indexOf('/') + 1);
}

function digestOf(path: string): Buffer {
  return Buffer.from(sha256(Buffer.from(path)).bytes);
}

function partsOf(digests: Uint8Array): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < digests.length; at += DIGEST_PART_BYTES)
    parts.push(Buffer.from(digests.subarray(at, at + DIGEST_PART_BYTES)));
  return parts;
}

/** Makes the tables, and ends claims that this server held when it was killed. Servers may open it at the same time. */
export async function openPostgresCheckoutRegistry(init: PostgresCheckoutRegistryInit): Promise<CheckoutRegistry> {
  const { database, replica } = init;
  await migrate(database, REGISTRY_MIGRATIONS);
  await database.query(SQL.releaseOf, [replica]);
  const { rows } = await database.query(SQL.registry);
  const [{ id }] = rows as [{ id: string }];
  return new PostgresCheckoutRegistry(id, init);
}
