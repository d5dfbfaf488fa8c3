import type { AbortOptions } from '@waybill/common';
import { SHA256_BYTES } from '@waybill/digest';
import { SQL } from '../checkouts/registry-tables.ts';
import type { DigestSet } from '../state/digest-set.ts';
import { inTransaction, type StateDatabase } from '../state/state-database.ts';
import type { ReferenceSource } from './reference-source.ts';

/** Rows of at most 128 kB that are read at a time. */
const PAGE_ROWS = 32;

/** The checkouts of all servers of a farm, ready or being put in place, as the registry has them at one moment. */
export class RegistryReferences implements ReferenceSource {
  readonly name = 'waybill_checkouts';
  readonly #database: StateDatabase;

  constructor(database: StateDatabase) {
    this.#database = database;
  }

  collect(into: DigestSet, { signal }: AbortOptions = {}): Promise<number> {
    return inTransaction(this.#database, async (connection) => {
      await connection.query(SQL.snapshot);
      let references = 0;
      for (let last: unknown[] = [0, -1]; ;) {
        signal?.throwIfAborted();
        const { rows } = await connection.query(SQL.references, [...last, PAGE_ROWS]);
        for (const { digests } of rows as DigestsRow[]) references += addAll(digests, into);
        const final = (rows as DigestsRow[]).at(-1);
        if (final === undefined || rows.length < PAGE_ROWS) return references;
        last = [final.checkout, final.part];
      }
    });
  }
}

interface DigestsRow {
  readonly checkout: string;
  readonly part: number;
  readonly digests: Buffer;
}

function addAll(digests: Buffer, into: DigestSet): number {
  for (let at = 0; at < digests.length; at += SHA256_BYTES)
    into.add({ algorithm: 'sha256', bytes: digests.subarray(at, at + SHA256_BYTES) });
  return digests.length / SHA256_BYTES;
}
