import { type AbortOptions, abortableIterable } from '@waybill/common';
import type { CID } from 'multiformats/cid';
import { blockReads } from './block-reads.ts';
import type { Block, BlockStore, PutManyResult, WritableBlockStore } from './block-store.ts';
import { identityContent, loadBlockVerifier } from './block-verifier.ts';
import { cidParts } from './cid-parts.ts';
import { OpenCalls } from './open-calls.ts';

/** A store for tests and for what may be lost: "durable" lasts as long as the process. */
export function createMemoryBlockStore(): WritableBlockStore {
  return new MemoryBlockStore();
}

class MemoryBlockStore implements WritableBlockStore {
  readonly has: BlockStore['has'];
  readonly get: BlockStore['get'];
  readonly getMany: BlockStore['getMany'];
  readonly getManyBytes: BlockStore['getManyBytes'];
  readonly #blocks = new Map<string, Uint8Array>();
  readonly #calls = new OpenCalls();

  constructor() {
    const reads = blockReads({
      hasBytes: (cid, options) => this.#run(options, () => this.#read(cid) !== undefined),
      getManyBytes: (cids, options) => this.#run(options, () => cids.map((cid) => copied(this.#read(cid)))),
    });
    ({ has: this.has, get: this.get, getMany: this.getMany, getManyBytes: this.getManyBytes } = reads);
  }

  async put(cid: CID, data: Uint8Array, options: AbortOptions = {}): Promise<void> {
    await this.putMany([{ cid: cid.bytes, data }], options);
  }

  putMany(blocks: Iterable<Block> | AsyncIterable<Block>, options: AbortOptions = {}): Promise<PutManyResult> {
    return this.#run(options, async () => {
      const verifier = await loadBlockVerifier();
      const result = { stored: 0, existing: 0, storedBytes: 0 };
      for await (const { cid, data } of abortableIterable(asAsync(blocks), options)) {
        verifier.assertContent(cid, data);
        const stored = this.#store(cid, data);
        result[stored ? 'stored' : 'existing'] += 1;
        if (stored) result.storedBytes += data.length;
      }
      return result;
    });
  }

  close(): Promise<void> {
    return this.#calls.close();
  }

  #run<T>({ signal }: AbortOptions, work: () => T | Promise<T>): Promise<T> {
    return this.#calls.run(() => {
      signal?.throwIfAborted();
      return work();
    });
  }

  #read(cid: Uint8Array): Uint8Array | undefined {
    return identityContent(cid) ?? this.#blocks.get(keyOf(cid));
  }

  #store(cid: Uint8Array, data: Uint8Array): boolean {
    if (this.#read(cid) !== undefined) return false;
    this.#blocks.set(keyOf(cid), new Uint8Array(data));
    return true;
  }
}

/** Not `slice`: that of a Buffer is a view. */
function copied(data: Uint8Array | undefined): Uint8Array | undefined {
  return data && new Uint8Array(data);
}

function keyOf(cid: Uint8Array): string {
  return Buffer.from(cid.subarray(cidParts(cid).multihashStart)).toString('latin1');
}

async function* asAsync(blocks: Iterable<Block> | AsyncIterable<Block>): AsyncGenerator<Block, void, undefined> {
  yield* blocks;
}
