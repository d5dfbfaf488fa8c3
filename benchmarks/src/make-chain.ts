// node make-chain.ts PRESET|BLOCKS FILE: a synthetic chain as a CAR, in an order as the stores of nodes have it.
import { closeSync, openSync, writeSync } from 'node:fs';
import { CarWriter } from '@waybill/car';
import { type ChainPreset, chainPresets, generateChain, type SyntheticChainOptions } from '@waybill/car/testing';

/** The chain of the preset `bench`, longer or shorter: about so many blocks. */
function optionsFor(blocks: number): SyntheticChainOptions {
  const { bench } = chainPresets;
  const scale = blocks / 2_017_488;
  const scaled = (count: number | undefined): number => Math.max(1, Math.round((count ?? 1) * scale));
  return { ...bench, epochs: scaled(bench.epochs), stateActors: scaled(bench.stateActors) };
}

const [preset = 'demo', file = ''] = process.argv.slice(2);
const chain = await generateChain(Number(preset) > 0 ? optionsFor(Number(preset)) : (preset as ChainPreset));
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
