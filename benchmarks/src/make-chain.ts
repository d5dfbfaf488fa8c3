// node make-chain.ts PRESET FILE: a synthetic chain as a CAR, in an order as the stores of nodes have it.
import { closeSync, openSync, writeSync } from 'node:fs';
import { CarWriter } from '@waybill/car';
import { type ChainPreset, generateChain } from '@waybill/car/testing';

const [preset = 'demo', file = ''] = process.argv.slice(2);
const chain = await generateChain(preset as ChainPreset);
const fd = openSync(file, 'w');
function write(bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
  return Promise.resolve();
}
const writer = new CarWriter({ write }, { roots: chain.summary().headCids });
for (const { cid, data } of chain.blocks({ window: 4096 })) {
  writer.pushBlock(cid, data);
  if (writer.isFull) await writer.flush();
}
const { blockCount } = await writer.end();
closeSync(fd);
console.log(blockCount);
