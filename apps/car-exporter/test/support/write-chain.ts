import { writeFile } from 'node:fs/promises';
import { CarWriter } from '@waybill/car';
import { generateChain, type SyntheticChain, type SyntheticChainOptions } from '@waybill/car/testing';
import { memorySink } from './export-chain.ts';

/** Writes a synthetic chain as a CARv1 in the order of a store. */
export async function writeChain(file: string, options: SyntheticChainOptions = {}): Promise<SyntheticChain> {
  const chain = await generateChain({ seed: 21, epochs: 30, messagesPerBlock: 8, ...options });
  const sink = memorySink();
  const writer = new CarWriter(sink, { roots: chain.summary().headCids });
  for (const { cid, data } of chain.blocks({ window: 64 })) writer.pushBlock(cid, data);
  await writer.end();
  await writeFile(file, sink.bytes());
  return chain;
}
