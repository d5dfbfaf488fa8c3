import { CarWriter as ReferenceWriter } from '@ipld/car';
import type { CID } from 'multiformats/cid';
import type { ByteSink } from '../../src/index.ts';
import { wrapCarV2 } from '../../src/index.ts';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@waybill/test-kit';
import type { TestBlock } from './blocks.ts';

/** A CARv1 as @ipld/car writes it. */
export async function referenceCar(roots: readonly CID[], blocks: readonly TestBlock[]): Promise<Uint8Array> {
  const { writer, out } = ReferenceWriter.create([...roots]);
  const gathered = collect(out);
  for (const block of blocks) await writer.put(block);
  await writer.close();
  return await gathered;
}

export async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk.slice());
  return new Uint8Array(Buffer.concat(parts));
}

/** Keeps what is written to it. */
export class MemorySink implements ByteSink {
  readonly #parts: Uint8Array[] = [];
  writes = 0;

  write(bytes: Uint8Array): Promise<void> {
    this.writes += 1;
    this.#parts.push(bytes.slice());
    return Promise.resolve();
  }

  get bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#parts));
  }
}

/** The same as a CARv2, with an index. */
export async function carV2Of(carV1: Uint8Array, withIndex = true): Promise<Uint8Array> {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'v1.car');
  await writeFile(path, carV1);
  const sink = new MemorySink();
  await wrapCarV2(path, sink, { withIndex });
  return sink.bytes;
}

/** `bytes` in pieces of the given sizes, again and again. */
export async function* inPieces(bytes: Uint8Array, ...sizes: number[]): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? 1);
    yield await Promise.resolve(bytes.subarray(at, at + size));
    at += size;
  }
}
