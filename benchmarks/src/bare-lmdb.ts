// node bare-lmdb.ts CAR FOLDER: all blocks of a CAR into one LMDB table by multihash, sorted in each commit of 16,384, no hash compared.
import { readCarBatches } from '@waybill/car';
import { open } from 'lmdb';

const [file = '', folder = ''] = process.argv.slice(2);
const table = open({
  path: folder,
  noSubdir: false,
  keyEncoding: 'binary',
  encoding: 'binary',
  overlappingSync: false,
});
const PER_COMMIT = 16_384;
/** Version and codec of the CIDs of our chains. */
const MULTIHASH_AT = 2;
let waiting: { key: Uint8Array; data: Uint8Array }[] = [];
let blocks = 0;

function commit(): void {
  waiting.sort((one, other) => Buffer.compare(one.key, other.key));
  table.transactionSync(() => {
    for (const { key, data } of waiting) table.putSync(key, data);
  });
  blocks += waiting.length;
  waiting = [];
}

for await (const batch of readCarBatches(file)) {
  for (const { cid, data } of batch) waiting.push({ key: cid.slice(MULTIHASH_AT), data: data.slice() });
  if (waiting.length >= PER_COMMIT) commit();
}
commit();
await table.close();
console.log(blocks);
