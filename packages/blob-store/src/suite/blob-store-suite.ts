import { getRows } from './get-rows.ts';
import { hasRows } from './has-rows.ts';
import { lifecycleRows } from './lifecycle-rows.ts';
import { listRows } from './list-rows.ts';
import { partialRows } from './partial-rows.ts';
import { putManyRows } from './put-many-rows.ts';
import { putRows } from './put-rows.ts';
import { quarantineRows } from './quarantine-rows.ts';
import { referenceRows } from './reference-rows.ts';
import { type BlobStoreSuiteInit, suiteContext } from './suite-setup.ts';

/** Declares the tests that every blob store has to pass; to be called in a test file of the adapter. Each row has a store of its own. */
export function blobStoreSuite(init: BlobStoreSuiteInit): void {
  const context = suiteContext(init);
  for (const rows of [
    hasRows,
    getRows,
    putRows,
    putManyRows,
    referenceRows,
    quarantineRows,
    listRows,
    partialRows,
    lifecycleRows,
  ]) {
    rows(context);
  }
}
