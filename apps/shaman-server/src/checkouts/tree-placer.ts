import { type BigIntStats, readdirSync, renameSync, rmdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DirectorySyncer, isErrnoException } from '@waybill/common';
import type { Durability } from '@waybill/common';
import { CheckoutClaimLostError } from './checkout-errors.ts';
import { type CheckoutRecord, type CheckoutRecords, identityOf } from './checkout-records.ts';
import type { HiddenFolder } from './hidden-folder.ts';
import type { PathClaim } from './path-claims.ts';
import { parentsOf, publishTree } from './publish-tree.ts';

export interface TreePlacerInit {
  /** Real path of an existing folder. */
  root: string;
  hidden: HiddenFolder;
  records: CheckoutRecords;
  durability: Durability;
  /** Takes what fails after a call has done what it was asked for. */
  onError?: ((error: unknown) => void) | undefined;
}

/** Puts trees in place, with their records, and takes them away: each in one step, and durable before the call resolves. */
export class TreePlacer {
  readonly #init: TreePlacerInit;
  readonly #syncer = new DirectorySyncer();

  constructor(init: TreePlacerInit) {
    this.#init = init;
  }

  /** @returns False where something else is at the path: the tree is then where it was, and the claim released. */
  async publish(tree: string, record: CheckoutRecord, claim: PathClaim): Promise<boolean> {
    let isPlaced = false;
    try {
      await this.#init.records.add(record);
      isPlaced = await this.#place(tree, record);
    } finally {
      if (!isPlaced) await claim.release();
    }
    if (isPlaced) await this.#confirm(record, claim);
    return isPlaced;
  }

  /** Out of sight in one step; then removed, entry by entry. False: there was nothing. */
  async erase(path: string): Promise<boolean> {
    const { root, hidden, records, durability, onError } = this.#init;
    const final = join(root, path);
    const aside = hidden.nextErasing();
    const record = records.at(path);
    try {
      renameSync(final, aside);
    } catch (error) {
      if (isErrnoException(error, 'ENOENT')) return false;
      throw error;
    }
    if (durability === 'full') await this.#syncIfThere(dirname(final));
    this.#removeEmptyParents(path);
    await Promise.all([
      record === undefined ? undefined : records.remove(record),
      rm(aside, { recursive: true, force: true, maxRetries: 3 }),
    ]).catch((error: unknown) => onError?.(error));
    return true;
  }

  /** Whether no checkout may be made in this folder: it is one, of ours or (with files directly in it) of another program. */
  isOccupied(path: string): boolean {
    if (this.#init.records.at(path) !== undefined) return true;
    return readdirSync(join(this.#init.root, path), { withFileTypes: true }).some((entry) => !entry.isDirectory());
  }

  /** Where nobody can say whether the claim holds, the tree stays, and whoever compares it with the registry decides. */
  async #confirm({ path }: CheckoutRecord, claim: PathClaim): Promise<void> {
    try {
      await claim.confirm();
    } catch (error) {
      if (error instanceof CheckoutClaimLostError) await this.erase(path);
      throw error;
    }
  }

  async #place(tree: string, record: CheckoutRecord): Promise<boolean> {
    const { root, records } = this.#init;
    const { path } = record;
    let placed: BigIntStats | undefined;
    try {
      placed = publishTree(tree, root, path, (parent) => this.isOccupied(parent));
      if (placed === undefined) return false;
      // A tree without entries was not renamed but made anew.
      const identity = identityOf(placed);
      if (identity !== record.identity) await records.add({ ...record, identity });
      await this.#syncAbove(path);
      return true;
    } catch (error) {
      // A tree of which nobody can say whether it will be there after a power cut must not stay.
      if (placed !== undefined) await this.erase(path).catch(() => undefined);
      throw error;
    } finally {
      if (placed === undefined || identityOf(placed) !== record.identity) await records.remove(record);
    }
  }

  /** The folder's own entry, and those of all folders on the way: who made them may not have lived to sync them. */
  async #syncAbove(path: string): Promise<void> {
    const { root, durability } = this.#init;
    if (durability !== 'full') return;
    const folders = ['', ...parentsOf(path)].map((parent) => join(root, parent));
    await Promise.all(folders.map((folder) => this.#syncIfThere(folder)));
  }

  /** A folder that is gone was removed by somebody who erased all that was in it. */
  async #syncIfThere(folder: string): Promise<void> {
    try {
      await this.#syncer.request(folder);
    } catch (error) {
      if (!isErrnoException(error, 'ENOENT')) throw error;
    }
  }

  /** An empty folder that stays behind would look like a checkout. */
  #removeEmptyParents(path: string): void {
    try {
      for (const parent of parentsOf(path).reverse()) rmdirSync(join(this.#init.root, parent));
    } catch (error) {
      const expected = ['ENOTEMPTY', 'EEXIST', 'ENOENT'].some((code) => isErrnoException(error, code));
      if (!expected) this.#init.onError?.(error);
    }
  }
}
