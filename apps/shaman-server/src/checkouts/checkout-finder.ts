import { statSync } from 'node:fs';
import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isErrnoException } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';
import type { CheckoutRecord, CheckoutRecords } from './checkout-records.ts';
import type { CheckoutEntry, CheckoutSummary } from './checkout-store.ts';
import { entryAt } from './entry-at.ts';
import { HIDDEN_NAME } from './hidden-folder.ts';
import { parentsOf } from './publish-tree.ts';
import { readEntries } from './read-entries.ts';

/** BAT puts this file at the top of each pack. */
const PACK_INFO = 'pack-info.txt';

/**
 * Tells which folders below the root are checkouts. Ours have records. Those of the originals have none, and are known
 * by how the originals and their clients lay them out:
 * - `<xx>/<…xx>`: of v2, in a folder of one or two characters that holds nothing but such folders;
 * - a folder with BAT's `pack-info.txt`, and those beside it;
 * - otherwise each folder in the root, unless checkouts of ours lie below it: then those beside them.
 *
 * The original of v3 makes checkouts at any depth and leaves no sign of where one begins. So whoever names a folder without a
 * record is believed, as long as nothing but folders is in those above it.
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
    const paths = (await this.#unrecorded('', places(records))).concat([...records.keys()]).sort();
    for (const path of paths) {
      const summary = await this.#summary(path, records.get(path), options);
      if (summary !== undefined) yield summary;
    }
  }

  /** Whether exactly this folder is a checkout, not one above or below it. */
  async isCheckout(path: string, options: AbortOptions = {}): Promise<boolean> {
    if (![...parentsOf(path), path].every((each) => this.#isPlainFolder(each))) return false;
    if (this.#records.at(path) !== undefined) return true;
    const known = places(await this.#recordsByPath(options));
    const [top = ''] = path.split('/');
    return (await this.#unrecordedIn(top, known)).includes(path) || (await this.#canBeCheckout(path, known));
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
  async #unrecorded(folder: string, places: Places): Promise<string[]> {
    const children = (await this.#entries(folder)).filter((entry) => entry.isDirectory());
    const names = children.map(({ name }) => name).filter((name) => folder !== '' || name !== HIDDEN_NAME);
    const paths: string[] = [];
    for (const name of names)
      paths.push(...(await this.#unrecordedIn(folder === '' ? name : `${folder}/${name}`, places)));
    return paths;
  }

  async #unrecordedIn(path: string, places: Places): Promise<string[]> {
    if (places.checkouts.has(path)) return [];
    return (await this.#isAbove(path, places)) ? await this.#unrecorded(path, places) : [path];
  }

  /** Whether it is known to be a folder of checkouts. */
  async #isAbove(path: string, places: Places): Promise<boolean> {
    return places.above.has(path) || (await this.#isBucket(path)) || (await this.#holdsPacks(path));
  }

  /** The `<xx>` of v2. */
  async #isBucket(path: string): Promise<boolean> {
    if (path.includes('/') || path.length > 2) return false;
    return (await this.#entries(path)).every((entry) => entry.isDirectory() && entry.name.endsWith(path));
  }

  /** Whether packs of BAT are in it, with nothing but folders beside them and above. */
  async #holdsPacks(path: string): Promise<boolean> {
    const entries = await this.#entries(path);
    if (!entries.every((entry) => entry.isDirectory())) return false;
    for (const { name } of entries)
      if ((await this.#isPack(`${path}/${name}`)) || (await this.#holdsPacks(`${path}/${name}`))) return true;
    return false;
  }

  async #isPack(path: string): Promise<boolean> {
    return (await this.#entries(path)).some((entry) => entry.name === PACK_INFO && !entry.isDirectory());
  }

  /** Whether it may be where a checkout of an original begins. */
  async #canBeCheckout(path: string, places: Places): Promise<boolean> {
    const parents = parentsOf(path);
    if (parents.length === 0 || (await this.#isAbove(path, places))) return false;
    for (const parent of parents) {
      if (places.checkouts.has(parent)) return false;
      if (!(await this.#entries(parent)).every((entry) => entry.isDirectory())) return false;
    }
    return true;
  }

  /** None where the folder is gone. */
  async #entries(folder: string): Promise<Dirent[]> {
    try {
      return await readdir(join(this.#root, folder), { withFileTypes: true });
    } catch (error) {
      if (isErrnoException(error, 'ENOENT')) return [];
      throw error;
    }
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
