import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isErrnoException, WaybillError, writeFileAtomic } from '@waybill/common';
import type { Durability } from '@waybill/common';
import { createTables, inTransaction, type StateDatabase } from '../state/state-database.ts';
import { HIDDEN_NAME } from './hidden-folder.ts';

/** In place of the id of a folder: each server has its own, and a registry says what is in them. */
const OWN_FOLDERS = 'own folders';

/** The servers of one store have checkouts in different folders. */
export class CheckoutFoldersDifferError extends WaybillError {
  readonly root: string;
  readonly expectedId: string;
  readonly actualId: string | undefined;

  constructor(root: string, expectedId: string, actualId: string | undefined) {
    const message =
      expectedId === OWN_FOLDERS
        ? `the other servers of this database have folders of checkouts of their own, but ${root} is to be shared: leave ` +
          '--shared-checkouts out, or start with an empty database'
        : `${root} is not the folder in which the other servers of this database have their checkouts: garbage collection here ` +
          'would delete what those show. Give each server the same folder with --checkouts; if that folder is gone for ' +
          'good, empty the table waybill_checkout_folder';
    super(message, { code: 'ERR_CHECKOUT_FOLDERS_DIFFER', retryable: false });
    this.root = root;
    this.expectedId = expectedId;
    this.actualId = actualId;
  }
}

const TABLE = `create table if not exists waybill_checkout_folder (id text primary key)`;
/** One server after the other. */
const LOCK = 'select pg_advisory_xact_lock(7305194114)';
const READ = 'select id from waybill_checkout_folder';
const ADD = 'insert into waybill_checkout_folder (id) values ($1)';

export interface SharedFolderInit {
  database: StateDatabase;
  /** The folder of the checkouts, prepared. */
  root: string;
  durability: Durability;
}

/**
 * Whether the servers of a database share one folder of checkouts, or have one each. The first one decides, and all others
 * follow: a mixture would not see what the other kind shows. @throws CheckoutFoldersDifferError.
 */
export async function decideFolders(
  database: StateDatabase,
  { wantsShared, root }: { wantsShared: boolean; root: string },
): Promise<'shared' | 'own'> {
  await createTables(database, TABLE);
  return inTransaction(database, async (connection) => {
    await connection.query(LOCK);
    const { rows } = await connection.query(READ);
    const id = (rows as { id: string }[])[0]?.id;
    if (id === OWN_FOLDERS && wantsShared) throw new CheckoutFoldersDifferError(root, id, undefined);
    if (wantsShared || (id !== undefined && id !== OWN_FOLDERS)) return 'shared';
    if (id === undefined) await connection.query(ADD, [OWN_FOLDERS]);
    return 'own';
  });
}

/**
 * Makes sure that all servers of a database see one folder of checkouts. It may be mounted under different names, so it is
 * known by a file in it. @throws CheckoutFoldersDifferError.
 */
export async function requireSharedFolder({ database, root, durability }: SharedFolderInit): Promise<void> {
  await createTables(database, TABLE);
  await inTransaction(database, async (connection) => {
    await connection.query(LOCK);
    const { rows } = await connection.query(READ);
    const expectedId = (rows as { id: string }[])[0]?.id;
    const path = join(root, HIDDEN_NAME, 'folder-id');
    const actualId = await readId(path);
    if (expectedId !== undefined && expectedId !== actualId)
      throw new CheckoutFoldersDifferError(root, expectedId, actualId);
    if (expectedId !== undefined) return;
    const id = actualId ?? randomUUID();
    if (actualId === undefined) await writeFileAtomic(path, Buffer.from(`${id}\n`), { durability });
    await connection.query(ADD, [id]);
  });
}

async function readId(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (isErrnoException(error, 'ENOENT')) return undefined;
    throw error;
  }
}
