import type { ChainKit } from './chain-kit.ts';
import { CBOR, CID_V0, DAG_CBOR, DAG_PB, identityCid, RAW } from './cid-prefixes.ts';

/** Each is a trap for a walker that follows too much, too little, or decodes what it should only scan. */
const oddHeads: readonly ((kit: ChainKit) => Uint8Array)[] = [
  addRawChildren,
  addCborChild,
  addTwins,
  addIdentityLinks,
  addFalseLinks,
  addHeaderLike,
  addForeignLinks,
  addSha2Children,
  addMixedValues,
  addNested,
];

export function addOddHead(kit: ChainKit): Uint8Array {
  const make = oddHeads[kit.numbers.below(oddHeads.length)] as (kit: ChainKit) => Uint8Array;
  return make(kit);
}

/** Raw blocks are exported and not scanned, even where their bytes look like a link. */
function addRawChildren(kit: ChainKit): Uint8Array {
  const { writer, sink } = kit;
  const looksLikeLink = writer.start().array(2).bytes(kit.unique()).link(RAW, kit.random(32)).written();
  const children = [sink.raw(looksLikeLink), sink.raw(kit.random(8 + kit.numbers.below(500)))];
  return parentOf(kit, children);
}

/** A block of codec 0x51 has a link inside, to nowhere: it is exported and not scanned. */
function addCborChild(kit: ChainKit): Uint8Array {
  const { writer, sink } = kit;
  writer.start().array(2).bytes(kit.unique()).link(DAG_CBOR, kit.random(32));
  return parentOf(kit, [sink.add(CBOR, writer.written())]);
}

/** The same bytes under two codecs are two blocks. */
function addTwins(kit: ChainKit): Uint8Array {
  const { writer, sink } = kit;
  const content = writer.start().array(1).bytes(kit.unique(), kit.random(20)).written();
  return parentOf(kit, [sink.raw(content), sink.dagCbor(content)]);
}

/** Identity CIDs hold their content, also one with a link inside; none of it is followed. */
function addIdentityLinks(kit: ChainKit): Uint8Array {
  const { writer } = kit;
  const withLink = writer.start().array(1).link(DAG_CBOR, kit.random(32)).written().slice();
  return parentOf(kit, [identityCid(0x55, kit.random(kit.numbers.below(40))), identityCid(0x71, withLink)]);
}

/** The bytes of a link within a string of bytes are no link. */
function addFalseLinks(kit: ChainKit): Uint8Array {
  const falseLink = kit.writer.start().link(DAG_CBOR, kit.random(32)).written().slice();
  kit.writer.start().array(2).bytes(kit.unique(), falseLink, falseLink).bytes(falseLink);
  return kit.sink.dagCbor(kit.writer.written());
}

/** An array of 16, as a block header is one, and as the real power actor is one. */
function addHeaderLike(kit: ChainKit): Uint8Array {
  const { writer, sink } = kit;
  const child = sink.dagCbor(writer.start().array(1).bytes(kit.unique()).written());
  writer.start().array(16).bytes(kit.unique());
  for (let field = 1; field < 12; field += 1) writer.int(field);
  for (let field = 12; field < 16; field += 1) writer.link(child);
  return sink.dagCbor(writer.written());
}

/** Links to dag-pb, in both versions of CID: the store lacks them, and nobody must ask for them. */
function addForeignLinks(kit: ChainKit): Uint8Array {
  kit.writer.start().array(3).bytes(kit.unique()).link(DAG_PB, kit.random(32)).link(CID_V0, kit.random(32));
  return kit.sink.dagCbor(kit.writer.written());
}

function addSha2Children(kit: ChainKit): Uint8Array {
  const { writer, sink } = kit;
  const below = sink.rawSha2(writer.start().array(1).bytes(kit.unique()).written());
  return parentOf(kit, [sink.dagCborSha2(writer.start().array(2).bytes(kit.unique()).link(below).written())]);
}

/** Every kind of value that DAG-CBOR has, with a link behind them. */
function addMixedValues(kit: ChainKit): Uint8Array {
  const { writer, sink } = kit;
  const child = sink.dagCbor(writer.start().array(1).bytes(kit.unique()).written());
  writer.start().map(3).text('a').float(1.5);
  writer.text('b').array(9).bool(true).bool(false).null().text('text').map(0);
  for (const value of [-1, -70_000, 255, Number.MAX_SAFE_INTEGER]) writer.int(value);
  writer.text('link').array(2).link(child).bytes(kit.unique());
  return sink.dagCbor(writer.written());
}

/** Deep within arrays, as no decoder by recursion likes it. */
function addNested(kit: ChainKit): Uint8Array {
  const { writer, sink } = kit;
  const child = sink.dagCbor(writer.start().array(1).bytes(kit.unique()).written());
  writer.start();
  for (let depth = 20 + kit.numbers.below(180); depth > 0; depth -= 1) writer.array(1);
  return sink.dagCbor(writer.array(2).bytes(kit.unique()).link(child).written());
}

function parentOf(kit: ChainKit, children: readonly Uint8Array[]): Uint8Array {
  const { writer, sink } = kit;
  writer.start().array(children.length + 1);
  for (const child of children) writer.link(child);
  return sink.dagCbor(writer.bytes(kit.unique()).written());
}
