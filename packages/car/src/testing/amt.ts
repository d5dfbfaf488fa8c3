import type { BlockSink } from './block-sink.ts';
import type { CborWriter } from './cbor-writer.ts';

/** Children of a node; AMT v0 has a bitmap of one byte. */
const WIDTH = 8;

export interface AmtInit {
  count: number;
  writeValue: (writer: CborWriter, index: number) => void;
  /** The root is left out of the store. */
  dropRoot?: boolean;
  /** The node of the lowest level that is left out of the store; nothing where the root is the only node. */
  dropNode?: number;
}

/**
 * An array as a tree of blocks: root `[height, count, node]`, node `[bitmap, [links], [values]]`, the topmost node inside
 * the root. An empty one is the same block wherever it stands, as in a real chain.
 * @returns The CID of the root.
 */
export function addAmt(sink: BlockSink, writer: CborWriter, init: AmtInit): Uint8Array {
  const { count, writeValue, dropRoot = false, dropNode = -1 } = init;
  let height = 0;
  let links: Uint8Array[] = [];
  if (count > WIDTH) {
    links = addLeaves(sink, writer, count, writeValue, dropNode);
    for (height = 1; links.length > WIDTH; height += 1) links = addInner(sink, writer, links);
  }
  writer.start().array(3).int(height).int(count);
  if (height === 0) writeLeaf(writer, 0, count, writeValue);
  else writeInner(writer, links);
  if (count === 0) return sink.dagCborForEver(writer.written());
  return dropRoot ? sink.drop(writer.written()) : sink.dagCborOnce(writer.written());
}

function addLeaves(
  sink: BlockSink,
  writer: CborWriter,
  count: number,
  writeValue: AmtInit['writeValue'],
  dropNode: number,
): Uint8Array[] {
  const links: Uint8Array[] = [];
  for (let first = 0; first < count; first += WIDTH) {
    writer.start();
    writeLeaf(writer, first, Math.min(first + WIDTH, count), writeValue);
    const content = writer.written();
    links.push(links.length === dropNode ? sink.drop(content) : sink.dagCborOnce(content));
  }
  return links;
}

function addInner(sink: BlockSink, writer: CborWriter, below: readonly Uint8Array[]): Uint8Array[] {
  const links: Uint8Array[] = [];
  for (let first = 0; first < below.length; first += WIDTH) {
    writer.start();
    writeInner(writer, below.slice(first, first + WIDTH));
    links.push(sink.dagCborOnce(writer.written()));
  }
  return links;
}

function writeLeaf(writer: CborWriter, first: number, end: number, writeValue: AmtInit['writeValue']): void {
  writer
    .array(3)
    .bytes(bitmap(end - first))
    .array(0)
    .array(end - first);
  for (let index = first; index < end; index += 1) writeValue(writer, index);
}

function writeInner(writer: CborWriter, links: readonly Uint8Array[]): void {
  writer.array(3).bytes(bitmap(links.length)).array(links.length);
  for (const link of links) writer.link(link);
  writer.array(0);
}

function bitmap(length: number): Uint8Array {
  return Uint8Array.of((1 << length) - 1);
}
