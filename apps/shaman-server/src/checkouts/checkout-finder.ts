import { readdirSync, statSync } from 'node:fs';
import type { Dirent } from 'node:fs';
import { basename, join } from 'node:path';
import { isErrnoException } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';
import type { CheckoutRecord, CheckoutRecords } from './checkout-records.ts';
import type { CheckoutEntry, CheckoutSummary } from './checkout-store.ts';
import { entryAt } from './entry-at.ts';
import { HIDDEN_NAME } from './hidden-folder.ts';
import { parentsOf } from './publish-tree.ts';
import { readEntries } from './read-entries.ts';

/**
 * Tells which folders below the root are checkouts. Ours have records. Those of the originals have none, and are known
 * by how the originals lay them out:
 * - `<xx>/<…xx>`: of v2, in a folder of one or two characters that holds nothing but such folders;
 * - otherwise each folder in the root, unless checkouts of ours lie below it: then those beside them.
 */
export class CheckoutFinder {
  readonly #root: string;
  readonly #records: CheckoutRecords;

  constructor(root: string, records: CheckoutRecords) {
    this.#root = root;
    this.#records = records;
  }

  /** In the order of their paths. */
  async *list(options: AbortOptions = {}): AsyncGenerator<CheckoutSummary> {
    const records = await this.#recordsByPath(options);
    const paths = this.#unrecorded('', places(records))
      .concat([...records.keys()])
      .sort();
    for (const path of paths) {
      const summary = await this.#summary(path, records.get(path), options);
      if (summary !== undefined) yield summary;
    }
  }

  /** Whether exactly this folder is a checkout, not one above or below it. */
  async isCheckout(path: string, options: AbortOptions = {}): Promise<boolean> {
    if (![...parentsOf(path), path].every((each) => this.#isPlainFolder(each))) return false;
    if (this.#records.at(path) !== undefined) return true;
    const records = await this.#recordsByPath(options);
    const [top = ''] = path.split('/');
    return this.#unrecordedIn(top, places(records)).includes(path);
  }

  /** What is in a checkout, sorted. `undefined` when it has gone. */
  async entries(path: string, options: AbortOptions = {}): Promise<CheckoutEntry[] | undefined> {
    return readEntries(join(this.#root, path), options);
  }

  /** Undefined when it has gone meanwhile. */
  async summary(path: string, options: AbortOptions = {}): Promise<CheckoutSummary | undefined> {
    return this.#summary(path, this.#records.at(path), options);
  }

  async #summary(
    path: string,
    record: CheckoutRecord | undefined,
    options: AbortOptions,
  ): Promise<CheckoutSummary | undefined> {
    const name = basename(path);
    if (record !== undefined) {
      const { files, sizeBytes, createdAtMs } = record;
      return { path, name, files, sizeBytes, createdAtMs };
    }
    const stats = statSync(join(this.#root, path), { throwIfNoEntry: false });
    const entries = await this.entries(path, options);
    if (stats === undefined || entries === undefined) return undefined;
    const sizeBytes = entries.reduce((sum, entry) => sum + (entry.sizeBytes ?? 0), 0);
    return { path, name, files: entries.length, sizeBytes, createdAtMs: stats.birthtimeMs };
  }

  async #recordsByPath(options: AbortOptions): Promise<Map<string, CheckoutRecord>> {
    const records = new Map<string, CheckoutRecord>();
    for await (const record of this.#records.all(options)) records.set(record.path, record);
    return records;
  }

  #isPlainFolder(path: string): boolean {
    return entryAt(join(this.#root, path))?.isDirectory() === true;
  }

  /** Checkouts without a record in a folder of checkouts. */
  #unrecorded(folder: string, places: Places): string[] {
    const children = entriesOf(join(this.#root, folder)).filter((entry) => entry.isDirectory());
    const names = children.map(({ name }) => name).filter((name) => folder !== '' || name !== HIDDEN_NAME);
    return names.flatMap((name) => this.#unrecordedIn(folder === '' ? name : `${folder}/${name}`, places));
  }

  #unrecordedIn(path: string, places: Places): string[] {
    if (places.checkouts.has(path)) return [];
    return places.above.has(path) || this.#isBucket(path) ? this.#unrecorded(path, places) : [path];
  }

  /** The `<xx>` of v2. */
  #isBucket(path: string): boolean {
    if (path.includes('/') || path.length > 2) return false;
    return entriesOf(join(this.#root, path)).every((entry) => entry.isDirectory() && entry.name.endsWith(path));
  }
}

interface Places {
  /** Paths that have a record. */
  readonly checkouts: ReadonlySet<string>;
  /** All folders that those are in. */
  readonly above: ReadonlySet<string>;
}

function places(records: ReadonlyMap<string, CheckoutRecord>): Places {
  const paths = [...records.keys()];
  return { checkouts: new Set(paths), above: new Set(paths.flatMap(parentsOf)) };
}

/** None where the folder is gone. */
function entriesOf(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    if (isErrnoException(error, 'ENOENT')) return [];
    throw error;
  }
}
