import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type CarStore, CarWriter, openCarStore } from '@waybill/car';
import type { SyntheticChain } from '@waybill/car/testing';
import type { ExportRule } from '../../src/walk/export-rule.ts';
import type { OrdinalBits } from '../../src/walk/ordinal-bits.ts';
import { walkCar, type WalkSummary } from '../../src/walk/walk-car.ts';

/** A sink that keeps everything. */
export function memorySink(): { write: (bytes: Uint8Array) => Promise<void>; bytes: () => Uint8Array } {
  const parts: Uint8Array[] = [];
  return {
    write: (bytes) => {
      parts.push(bytes.slice());
      return Promise.resolve();
    },
    bytes: () => Buffer.concat(parts),
  };
}

/** A CAR with all blocks of a chain, in an order as real stores have it, and the store that is made of it. */
export async function storeOf(chain: SyntheticChain, folder: string, window = 64): Promise<CarStore> {
  const sink = memorySink();
  const writer = new CarWriter(sink, { roots: chain.summary().headCids });
  for (const { cid, data } of chain.blocks({ window })) {
    writer.pushBlock(cid, data);
    if (writer.isFull) await writer.flush();
  }
  await writer.end();
  const file = path.join(folder, 'chain.car');
  await writeFile(file, sink.bytes());
  return await openCarStore(file, { indexPath: null });
}

export interface Exported {
  readonly car: Uint8Array;
  readonly summary: WalkSummary;
}

export async function exportBy(
  store: CarStore,
  rule: ExportRule,
  head: readonly Uint8Array[],
  workers = 1,
  bits?: OrdinalBits,
  verify = false,
): Promise<Exported> {
  const sink = memorySink();
  const writer = new CarWriter(sink, { roots: head });
  const summary = await walkCar({ store, head, rule, writer, workers, bits, verify });
  await writer.end();
  return { car: sink.bytes(), summary };
}
