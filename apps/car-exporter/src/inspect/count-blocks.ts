import { CidParts, readCid } from '@waybill/car';
import type { CarStore } from '@waybill/car';
import type { AbortOptions } from '@waybill/common';

export interface BlockKind {
  readonly codec: string;
  readonly hash: string;
  readonly blocks: number;
  /** Of the contents, without CIDs and frames. */
  readonly dataBytes: number;
}

const CODECS: Readonly<Record<number, string>> = { 0x51: 'cbor', 0x55: 'raw', 0x70: 'dag-pb', 0x71: 'dag-cbor' };
const HASHES: Readonly<Record<number, string>> = { 0x00: 'identity', 0x12: 'sha2-256', 0xb220: 'blake2b-256' };
const ORDINALS_AT_ONCE = 4096;

/** Reads all frames once, in their order. @throws CarError. */
export async function countBlocks(store: CarStore, { signal }: AbortOptions = {}): Promise<BlockKind[]> {
  const parts = new CidParts();
  const kinds = new Map<string, { codec: string; hash: string; blocks: number; dataBytes: number }>();
  for (let from = 0; from < store.index.blockCount; from += ORDINALS_AT_ONCE) {
    signal?.throwIfAborted();
    const count = Math.min(ORDINALS_AT_ONCE, store.index.blockCount - from);
    const ordinals = Uint32Array.from({ length: count }, (_, at) => from + at);
    store.readRuns(ordinals, {}, (_ordinal, bytes, _frameStart, cidStart, dataStart, end) => {
      readCid(bytes, cidStart, dataStart, parts);
      const key = `${parts.codec} ${parts.hashCode}`;
      let kind = kinds.get(key);
      if (kind === undefined) {
        kind = { codec: nameOf(CODECS, parts.codec), hash: nameOf(HASHES, parts.hashCode), blocks: 0, dataBytes: 0 };
        kinds.set(key, kind);
      }
      kind.blocks += 1;
      kind.dataBytes += end - dataStart;
    });
    await new Promise((resolve) => setImmediate(resolve));
  }
  return [...kinds.values()].toSorted((a, b) => b.blocks - a.blocks);
}

function nameOf(names: Readonly<Record<number, string>>, code: number): string {
  return names[code] ?? `0x${code.toString(16)}`;
}
