import { createHash } from 'node:crypto';
import { type BigIntStats, readFileSync, statSync, utimesSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isErrnoException, writeFileAtomic } from '@waybill/common';
import type { AbortOptions, Durability } from '@waybill/common';
import { z } from 'zod';
import { entryAt } from './entry-at.ts';

const recordSchema = z.object({
  version: z.literal(1),
  path: z.string(),
  identity: z.string(),
  files: z.number().int().nonnegative(),
  sizeBytes: z.number().int().nonnegative(),
  createdAtMs: z.number(),
  registration: z.string().optional(),
  copy: z.literal(true).optional(),
});

/** What is known of a checkout without reading it. */
export interface CheckoutRecord {
  readonly path: string;
  /** Of its folder, see {@link identityOf}: a record whose folder has gone, or is another one by now, counts for nothing. */
  readonly identity: string;
  readonly files: number;
  readonly sizeBytes: number;
  readonly createdAtMs: number;
  /** What a registry that several servers share calls it; undefined where there is none. */
  readonly registration?: string | undefined;
  /** True: another server made the checkout, and this is a tree of it that can be made again. */
  readonly copy?: true | undefined;
}

/** Records of checkouts that are not in place yet are left alone for so long. */
const YOUNG_MS = 3_600_000;
const RECORD_NAME = /^[0-9a-f]{64}-[0-9]+-[0-9]+\.json$/;

/**
 * Remembers which folders below a root are checkouts, how large, and since when. The trees themselves are the truth: other
 * programs (a Flamenco Manager) make and erase checkouts in the same root and know nothing of this. One file for each:
 * `<SHA-256 of the path>-<identity>.json`.
 */
export class CheckoutRecords {
  readonly #folder: string;
  readonly #root: string;
  readonly #durability: Durability;
  /** By file name. Records do not change, but for a registration that is added once. */
  readonly #known = new Map<string, CheckoutRecord>();

  constructor(root: string, folder: string, durability: Durability) {
    this.#root = root;
    this.#folder = folder;
    this.#durability = durability;
  }

  async add(record: CheckoutRecord, { signal }: AbortOptions = {}): Promise<void> {
    const name = nameOf(record.path, record.identity);
    const text = JSON.stringify({ version: 1, ...record });
    await writeFileAtomic(join(this.#folder, name), Buffer.from(text), { durability: this.#durability, signal });
    this.#known.set(name, record);
  }

  async remove({ path, identity }: { readonly path: string; readonly identity: string }): Promise<void> {
    const name = nameOf(path, identity);
    this.#known.delete(name);
    await rm(join(this.#folder, name), { force: true });
  }

  /** The record of the folder that is at `path` now. */
  at(path: string): CheckoutRecord | undefined {
    const stats = entryAt(join(this.#root, path));
    if (stats?.isDirectory() !== true) return undefined;
    const name = nameOf(path, identityOf(stats));
    return this.#known.get(name) ?? this.#read(name);
  }

  /** The times of a record's file tell when its checkout was last used: they outlive the process. */
  noteUse(path: string): void {
    const file = this.#fileAt(path);
    const nowSeconds = Date.now() / 1000;
    try {
      if (file !== undefined) utimesSync(file, nowSeconds, nowSeconds);
    } catch (error) {
      // Remembered here, and taken away by somebody else.
      if (!isErrnoException(error, 'ENOENT')) throw error;
    }
  }

  /** When the checkout was made or last used, in milliseconds since 1970; undefined where there is none. */
  usedAtMs(path: string): number | undefined {
    const file = this.#fileAt(path);
    return file === undefined ? undefined : statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  }

  /** Of all checkouts that are there. */
  async *all({ signal }: AbortOptions = {}): AsyncGenerator<CheckoutRecord> {
    for (const name of await readdir(this.#folder)) {
      signal?.throwIfAborted();
      const record = RECORD_NAME.test(name) ? (this.#known.get(name) ?? this.#read(name)) : undefined;
      if (record !== undefined && this.#isCurrent(record)) yield record;
    }
  }

  /** Removes records of checkouts that are gone. */
  async prune({ signal }: AbortOptions = {}): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      signal?.throwIfAborted();
      const record = RECORD_NAME.test(name) ? this.#read(name) : undefined;
      if (record === undefined || this.#isCurrent(record) || Date.now() - record.createdAtMs < YOUNG_MS) continue;
      await this.remove(record);
    }
  }

  #fileAt(path: string): string | undefined {
    const record = this.at(path);
    return record && join(this.#folder, nameOf(path, record.identity));
  }

  #isCurrent({ path, identity }: CheckoutRecord): boolean {
    const stats = entryAt(join(this.#root, path));
    return stats?.isDirectory() === true && identityOf(stats) === identity;
  }

  /** A record that cannot be understood is as good as none: the tree itself still says everything. */
  #read(name: string): CheckoutRecord | undefined {
    try {
      const record = recordSchema.safeParse(JSON.parse(readFileSync(join(this.#folder, name), 'utf8'))).data;
      if (record === undefined || nameOf(record.path, record.identity) !== name) return undefined;
      this.#known.set(name, record);
      return record;
    } catch (error) {
      if (isErrnoException(error, 'ENOENT') || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }
}

/** Tells a folder from one that was there before, also where the inode is used again; a rename keeps it. */
export function identityOf({ ino, birthtimeNs }: BigIntStats): string {
  return `${ino}-${birthtimeNs}`;
}

function nameOf(path: string, identity: string): string {
  return `${createHash('sha256').update(path).digest('hex')}-${identity}.json`;
}
