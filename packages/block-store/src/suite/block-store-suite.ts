import { lifecycleRows } from './lifecycle-rows.ts';
import { putRows } from './put-rows.ts';
import { readRows } from './read-rows.ts';
import { type BlockStoreSuiteInit, suiteContext } from './suite-setup.ts';

/** Declares the tests that every block store has to pass; to be called in a test file of the adapter. Each row has a store of its own. */
export function blockStoreSuite(init: BlockStoreSuiteInit): void {
  const context = suiteContext(init);
  readRows(context);
  if (context.supports.writes) putRows(context);
  lifecycleRows(context);
}
