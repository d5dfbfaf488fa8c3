import * as dagCbor from '@ipld/dag-cbor';
import type { CID } from 'multiformats/cid';
import { decodeHeader } from './reference-header.ts';
import type { ReferenceCar } from './reference-store.ts';

/** What an importer like that of Lotus makes of a file. */
export interface ReferenceImport {
  readonly head: readonly CID[];
  readonly genesis: CID;
  readonly snapshotVersion: 1 | 2;
}

interface Metadata {
  readonly F3Data: CID | null;
  readonly HeadTipsetKey: readonly CID[];
}

/**
 * Reads a file once, from front to back, and looks for the first root, then for its first parent, and so on down to
 * height 0. A header that comes before its child is not recognised.
 * @throws Error with the words of the importer where it would fail.
 */
export function referenceImport({ roots, blocks }: ReferenceCar): ReferenceImport {
  if (roots.length === 0) throw new Error('no roots in snapshot car file');
  const [first, ...others] = blocks;
  const metadata = roots.length === 1 && first !== undefined ? asMetadata(first.bytes) : undefined;
  const head = metadata?.HeadTipsetKey ?? roots;
  let rest: ReferenceCar['blocks'] = blocks;
  if (metadata !== undefined) rest = skipF3(metadata, others);
  // With one root and no metadata, the first block has to be a header, whatever its name.
  else if (roots.length === 1 && first !== undefined) decodeHeader(first.cid, first.bytes);
  const genesis = findGenesis(head[0] as CID, rest);
  const stored = new Set(rest.map(({ cid }) => cid.toString()));
  for (const cid of head) if (!stored.has(cid.toString())) throw new Error('failed to load root tipset from chainfile');
  return { head, genesis, snapshotVersion: metadata === undefined ? 1 : 2 };
}

function findGenesis(head: CID, blocks: ReferenceCar['blocks']): CID {
  let next = head;
  let height = -1;
  for (const { cid, bytes } of blocks) {
    if (!cid.equals(next)) continue;
    const header = decodeHeader(cid, bytes);
    height = header.height;
    if (height === 0) return cid;
    next = header.parents[0] as CID;
  }
  throw new Error(`expected genesis block to have height 0 (genesis), got ${height}`);
}

function asMetadata(bytes: Uint8Array): Metadata | undefined {
  const value = dagCbor.decode<Record<string, unknown>>(bytes);
  const names = Array.isArray(value) ? [] : Object.keys(value);
  if (names.join() !== 'F3Data,Version,HeadTipsetKey') return undefined;
  if (value['Version'] !== 2) throw new Error(`a snapshot of version ${String(value['Version'])}`);
  return value as unknown as Metadata;
}

function skipF3({ F3Data }: Metadata, blocks: ReferenceCar['blocks']): ReferenceCar['blocks'] {
  if (F3Data === null) return blocks;
  if (blocks[0]?.cid.equals(F3Data) !== true) throw new Error('F3Data CID mismatch');
  return blocks.slice(1);
}
