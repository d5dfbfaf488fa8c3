import { suiteBlocks } from '@waybill/block-store/suite';
import { openLmdbBlockStore } from '../../src/index.ts';

/** Imports batch after batch, from a given one on, and prints how many are acknowledged. */
const [folder = '', first = '0'] = process.argv.slice(2);
// Small, so that most kills come between the commits of contents and that of the index.
const store = await openLmdbBlockStore({ path: folder, batchBytes: 4096 });
for (let batch = Number(first); batch < 100_000; batch += 1) {
  await store.putMany(suiteBlocks(`batch ${batch}`, 200, (at) => at));
  console.log(batch + 1);
}
