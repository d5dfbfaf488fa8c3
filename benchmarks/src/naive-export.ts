// node naive-export.ts CAR TARGET: the same export as one writes it with @ipld/car and @ipld/dag-cbor, without a second thought.
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CarIndexedReader, CarWriter } from '@ipld/car';
import * as dagCbor from '@ipld/dag-cbor';
import { CID } from 'multiformats/cid';

const [source = '', target = ''] = process.argv.slice(2);
const EXPORTED = new Set([0x51, 0x55, 0x71]);
const IDENTITY = 0;

function linksIn(value: unknown): CID[] {
  const cid = CID.asCID(value);
  if (cid !== null) return [cid];
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [];
  return Object.values(value).flatMap(linksIn);
}

const reader = await CarIndexedReader.fromFile(source);
const roots = await reader.getRoots();
const { writer, out } = CarWriter.create(roots);
const written = pipeline(Readable.from(out), createWriteStream(target));
const queue = [...roots];
const seen = new Set(queue.map(String));
let blocks = 0;
for (let at = 0; at < queue.length; at++) {
  const cid = queue[at] as CID;
  const block = await reader.get(cid);
  if (block === undefined) continue;
  await writer.put(block);
  blocks += 1;
  if (cid.code !== dagCbor.code) continue;
  for (const link of linksIn(dagCbor.decode(block.bytes))) {
    if (!EXPORTED.has(link.code) || link.multihash.code === IDENTITY || seen.has(link.toString())) continue;
    seen.add(link.toString());
    queue.push(link);
  }
}
await writer.close();
await written;
await reader.close();
console.log(blocks);
