import { existsSync } from 'node:fs';
import path from 'node:path';
import { openCarStore } from '@waybill/car';
import { temporaryDirectory } from '@waybill/test-kit';
import { expect, test } from 'vitest';
import { exportRangeRule } from '../src/walk/export-rule.ts';
import { exportBy } from './support/export-chain.ts';
import { readReferenceCar } from './support/reference-store.ts';

const data = path.join(
  process.env['WAYBILL_TEST_DATA'] ?? path.resolve(import.meta.dirname, '../../../../shared/data'),
  'car',
);
const everything = { messages: true, receipts: true, stateRoots: true };

// Section 3 of the specification: real files of Lotus' and Forest's test data.
test.for([
  ['chain4.car', 1222, { messages: true, receipts: true, stateRoots: false }],
  ['chain4.car.zst', 1222, { messages: true, receipts: true, stateRoots: false }],
  ['chain4.forest.car.zst', 1222, { messages: true, receipts: true, stateRoots: false }],
  ['lotus-interopnet.car', 13_745, everything],
  ['lotus-butterflynet.car.zst', 7169, everything],
] as const)('%s gives %i blocks, each once', async ([name, blockCount, parts], context) => {
  const file = path.join(data, name);
  if (!existsSync(file)) return context.skip(`${name} is not here (WAYBILL_TEST_DATA)`);
  await using directory = await temporaryDirectory();
  using store = await openCarStore(file, { indexPath: path.join(directory.path, 'index') });
  const { car, summary } = await exportBy(store, exportRangeRule({ tailHeight: 0, ...parts }), store.roots);
  expect(summary.blockCount).toBe(blockCount);
  const { blocks } = await readReferenceCar(car);
  expect(new Set(blocks.map(({ cid }) => cid.toString())).size).toBe(blockCount);
  if (name === 'chain4.car') expect(car).toHaveLength(1_107_835);
});

test('chain4.car has no state above height 1, which an export with state names', async (context) => {
  const file = path.join(data, 'chain4.car');
  if (!existsSync(file)) return context.skip('chain4.car is not here (WAYBILL_TEST_DATA)');
  using store = await openCarStore(file, { indexPath: null });
  const rule = exportRangeRule({ tailHeight: 0, ...everything });
  await expect(exportBy(store, rule, store.roots)).rejects.toMatchObject({
    code: 'ERR_CHAIN_BLOCK_MISSING',
    task: 'state',
    message: expect.stringMatching(
      /^block baf\w+ \(state, of header baf\w+ at epoch [23]\) is not in the store/,
    ) as unknown,
  });
});
