import { type CarStore, type CidBytes, decodeBlockHeader, formatCid } from '@waybill/car';
import type { AbortOptions } from '@waybill/common';
import { ChainBlockMissingError, type ChainTask } from '../chain/chain-errors.ts';
import type { MissingLink } from './chunk-scanner.ts';
import { type ExportRule, MESSAGES, STATE } from './export-rule.ts';
import { Generation } from './generation.ts';
import { LocalScanner } from './local-scanner.ts';
import { OrdinalBits } from './ordinal-bits.ts';

interface ExplainInit {
  readonly store: CarStore;
  readonly rule: ExportRule;
  readonly head: readonly CidBytes[];
}

const NOWHERE = { frame: () => undefined, row: () => undefined, settle: () => Promise.resolve() };

/**
 * The error for a block that is missing, with the header below which it hangs. A walk does not remember where its blocks
 * come from, which would take more memory than all the rest: so the way is walked once more, header by header.
 */
export async function explainMissing(
  { store, rule, head }: ExplainInit,
  { parent, cid }: MissingLink,
  options: AbortOptions = {},
): Promise<ChainBlockMissingError> {
  const bits = new OrdinalBits(store.index.blockCount);
  const scanner = new LocalScanner({ store, bits, takesCbor: rule.takesCbor });
  for (let generation = head; generation.length > 0;) {
    const parents: CidBytes[] = [];
    for (const headerCid of generation) {
      const data = takeNew(store, bits, headerCid);
      if (data === undefined) continue;
      const header = decodeBlockHeader(data, 0, data.length);
      for (const [task, root] of partsOf(header, rule)) {
        if (await reaches(store, bits, scanner, root, parent, options))
          return new ChainBlockMissingError({
            ...{ cid: formatCid(cid), task, header: formatCid(headerCid), epoch: header.height },
          });
      }
      if (header.height > 0) parents.push(...header.parents);
    }
    generation = parents;
  }
  return new ChainBlockMissingError({ cid: formatCid(cid), task: 'state' });
}

function takeNew(store: CarStore, bits: OrdinalBits, cid: CidBytes): Uint8Array | undefined {
  const ordinal = store.find(cid, 0, cid.length);
  return ordinal >= 0 && bits.add(ordinal) ? store.get(cid) : undefined;
}

function* partsOf(
  header: ReturnType<typeof decodeBlockHeader>,
  rule: ExportRule,
): Generator<[task: ChainTask, root: CidBytes]> {
  const parts = rule.partsAt(header.height);
  if ((parts & MESSAGES) !== 0) yield ['messages', header.messages];
  if (header.height === 0 && rule.scansGenesisParents)
    for (const parent of header.parents) yield ['genesis parent', parent];
  if ((parts & STATE) !== 0) yield ['state', header.parentStateRoot];
}

async function reaches(
  store: CarStore,
  bits: OrdinalBits,
  scanner: LocalScanner,
  root: CidBytes,
  wanted: number,
  options: AbortOptions,
): Promise<boolean> {
  const first = store.find(root, 0, root.length);
  if (first < 0 || !bits.add(first)) return false;
  for (let ordinals: Uint32Array = Uint32Array.of(first); ordinals.length > 0;) {
    if (ordinals.includes(wanted)) return true;
    const generation = new Generation(ordinals);
    await scanner.scan(generation, NOWHERE, options);
    ordinals = generation.next.takeSorted();
  }
  return false;
}
