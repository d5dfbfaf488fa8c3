import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { skipWithout, temporaryDirectory } from '@waybill/test-kit';
import { ensureDirectory } from '@waybill/common';
import { createLogger } from '@waybill/http-kit';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { CheckoutFoldersDifferError, requireSharedFolder } from '../../src/checkouts/shared-folder.ts';
import { openDatabase } from '../../src/server/open-database.ts';
import { startPostgres } from '@waybill/test-kit';

const postgres = await startPostgres();

describe('the folder of checkouts of several servers', async () => {
  if ('unavailable' in postgres) {
    it('is known to PostgreSQL', (test) => skipWithout(test, postgres.unavailable));
    return;
  }
  const database = await openDatabase(postgres.url, createLogger({ name: 'test', level: 'silent' }));
  afterAll(async () => {
    await database[Symbol.asyncDispose]();
    await postgres[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    await database.query('drop table if exists waybill_checkout_folder');
  });
  const prepare = async (root: string): Promise<string> => {
    await ensureDirectory(join(root, '.waybill'));
    return root;
  };
  const require = (root: string): Promise<void> => requireSharedFolder({ database, root, durability: 'none' });

  it('is that of the first one; others may have it, also at the same moment and by another name', async () => {
    await using directory = await temporaryDirectory();
    const root = await prepare(join(directory.path, 'jobs'));
    await Promise.all([1, 2, 3].map(() => require(root)));
    await expect(require(join(root, '../jobs/.'))).resolves.toBeUndefined();
  });

  it('is no other one', async () => {
    await using directory = await temporaryDirectory();
    await require(await prepare(join(directory.path, 'jobs')));
    const other = await prepare(join(directory.path, 'other'));
    await expect(require(other)).rejects.toThrow(CheckoutFoldersDifferError);
    await expect(require(other)).rejects.toThrow('--checkouts');
  });

  it('is not one that is not mounted', async () => {
    await using directory = await temporaryDirectory();
    const root = await prepare(join(directory.path, 'jobs'));
    await require(root);
    await rm(join(root, '.waybill'), { recursive: true });
    await prepare(root);
    await expect(require(root)).rejects.toMatchObject({ code: 'ERR_CHECKOUT_FOLDERS_DIFFER', actualId: undefined });
  });

  it('may get a new database', async () => {
    await using directory = await temporaryDirectory();
    const root = await prepare(join(directory.path, 'jobs'));
    await require(root);
    await database.query('drop table waybill_checkout_folder');
    await require(root);
    await expect(require(await prepare(join(directory.path, 'other')))).rejects.toThrow(CheckoutFoldersDifferError);
  });
});
