import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureDirectory, isErrnoException, isTempOwnerAlive, tempMark } from '@waybill/common';
import type { AbortOptions, Durability } from '@waybill/common';

/** The one name in a checkout root that is ours; no checkout may be called so. */
export const HIDDEN_NAME = '.waybill';

/** A tree whose owner cannot be known (another machine, before a reboot) is left alone for a day after its last change. */
const UNKNOWN_OWNER_AGE_MS = 86_400_000;

const ASIDE_NAME = /^([0-9a-z]+)\.[0-9a-f]{12}$/;

/**
 * What is in a checkout root and is no checkout:
 *
 *     <root>/.waybill/building/<mark>.<random>/   trees that are not whole yet
 *     <root>/.waybill/erasing/<mark>.<random>/    trees that are erased already, and on their way out
 *     <root>/.waybill/records/<…>.json            see CheckoutRecords
 *
 * It is inside the root so that a rename from here into place stays in one file system.
 */
export class HiddenFolder {
  readonly #path: string;

  constructor(root: string) {
    this.#path = join(root, HIDDEN_NAME);
  }

  get records(): string {
    return join(this.#path, 'records');
  }

  async prepare(durability: Durability): Promise<void> {
    for (const name of ['building', 'erasing', 'records'])
      await ensureDirectory(join(this.#path, name), { durability });
  }

  /** A new, empty folder of this process. */
  async createBuilding(): Promise<string> {
    const path = this.#next('building');
    await mkdir(path);
    return path;
  }

  /** Where something that is to be erased can be renamed to. */
  nextErasing(): string {
    return this.#next('erasing');
  }

  /** Removes the trees of processes that are gone. Returns how many. */
  async sweep({ signal }: AbortOptions = {}): Promise<number> {
    let removed = 0;
    for (const name of ['building', 'erasing']) {
      for (const entry of await readdir(join(this.#path, name))) {
        signal?.throwIfAborted();
        const path = join(this.#path, name, entry);
        if (!(await isAbandoned(path, entry))) continue;
        await rm(path, { recursive: true, force: true, maxRetries: 3 });
        removed += 1;
      }
    }
    return removed;
  }

  #next(name: 'building' | 'erasing'): string {
    return join(this.#path, name, `${tempMark()}.${randomBytes(6).toString('hex')}`);
  }
}

async function isAbandoned(path: string, name: string): Promise<boolean> {
  const mark = ASIDE_NAME.exec(name)?.[1];
  const owner = mark === undefined ? 'unknown' : isTempOwnerAlive(mark);
  if (owner !== 'unknown') return owner === 'gone';
  try {
    return Date.now() - (await lstat(path)).mtimeMs > UNKNOWN_OWNER_AGE_MS;
  } catch (error) {
    if (isErrnoException(error, 'ENOENT')) return false;
    throw error;
  }
}
