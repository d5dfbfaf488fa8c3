import { DirectoryLockedError, lockDirectory } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';
import type { StateDatabase } from '../state/state-database.ts';
import { CollectionRunningError } from './gc-errors.ts';

/** Held by the one process that collects. */
export interface CollectionLock {
  /** @throws CollectionRunningError when somebody else holds it. */
  acquire(options?: AbortOptions): Promise<AsyncDisposable>;
}

/** `<folder>/gc` and `<folder>/gc.owner`: for the server and `shaman-server gc` on one machine. */
export function createFolderCollectionLock(folder: string): CollectionLock {
  return {
    acquire: async ({ signal } = {}) => {
      try {
        return await lockDirectory(folder, { name: 'gc', ...(signal === undefined ? {} : { signal }) });
      } catch (error) {
        throw error instanceof DirectoryLockedError ? new CollectionRunningError(error) : error;
      }
    },
  };
}

/** Of the server's session: it ends with the process, however that ends. */
const LOCK = 'select pg_try_advisory_lock(7305194113) as held';
const UNLOCK = 'select pg_advisory_unlock(7305194113)';

/** For several replicas of one store. One connection of the pool is taken for as long as a collection lasts. */
export function createPostgresCollectionLock(database: StateDatabase): CollectionLock {
  return {
    acquire: async ({ signal } = {}) => {
      signal?.throwIfAborted();
      const connection = await database.connect();
      try {
        const { rows } = await connection.query(LOCK);
        if ((rows as { held: boolean }[])[0]?.held !== true) throw new CollectionRunningError();
      } catch (error) {
        connection.release();
        throw error;
      }
      return {
        [Symbol.asyncDispose]: async () => {
          const failed = await connection.query(UNLOCK).then(
            () => false,
            () => true,
          );
          connection.release(failed);
        },
      };
    },
  };
}
