import type { ChainKit } from './chain-kit.ts';
import { DAG_CBOR, SEALED, UNSEALED } from './cid-prefixes.ts';
import { addOddHead } from './odd-actor-heads.ts';

/** The largest blocks of state are some hundred kilobytes. */
const LARGE_BLOCK_BYTES = 150_000;
const LARGE_BLOCK_CHANCE = 0.0005;
/** Part of a real state compresses well, to a half in all; noise would not at all. */
const ZEROS = new Uint8Array(LARGE_BLOCK_BYTES);

/**
 * The state of one actor.
 * @param other Digest of another actor's head, which this one may refer to.
 * @returns The CID of a dag-cbor block that no other block equals.
 */
export function addActorHead(kit: ChainKit, other: Uint8Array | undefined): Uint8Array {
  const { numbers, options } = kit;
  if (numbers.chance(options.oddActorChance)) return addOddHead(kit);
  const kind = numbers.below(10);
  if (kind < 5) return addPlain(kit);
  return kind < 8 ? addSectors(kit) : addParent(kit, other);
}

function addPlain(kit: ChainKit): Uint8Array {
  const { writer, numbers } = kit;
  writer.start().array(4).int(numbers.next()).bytes(kit.unique());
  writer.bytes(kit.random(numbers.below(numbers.chance(0.36) ? 3500 : 250)));
  writer.bytes(ZEROS.subarray(0, largeBytes(kit)));
  return kit.sink.dagCbor(writer.written());
}

function largeBytes({ numbers }: ChainKit): number {
  return numbers.chance(LARGE_BLOCK_CHANCE) ? numbers.below(LARGE_BLOCK_BYTES) : numbers.below(120);
}

/** Sectors: most links of a real chain are commitments, which name no blocks and must not be followed. */
function addSectors(kit: ChainKit): Uint8Array {
  const { writer, numbers } = kit;
  const sectors = 1 + numbers.below(5);
  writer.start().array(2).bytes(kit.unique()).array(sectors);
  for (let sector = 0; sector < sectors; sector += 1) {
    writer.array(4).int(numbers.below(1e6)).int(numbers.below(5));
    writer.link(SEALED, kit.random(32)).link(UNSEALED, kit.random(32));
  }
  return kit.sink.dagCbor(writer.written());
}

/** A head with blocks of its own below it, some of them two levels deep. */
function addParent(kit: ChainKit, other: Uint8Array | undefined): Uint8Array {
  const { writer, numbers, sink } = kit;
  const child = addPlain(kit);
  const deeper = numbers.chance(0.5)
    ? undefined
    : sink.dagCbor(writer.start().array(2).link(child).bytes(kit.unique()).written());
  writer
    .start()
    .array(4)
    .bytes(kit.unique())
    .link(deeper ?? child);
  if (other === undefined) writer.null();
  else writer.link(DAG_CBOR, other);
  // The same link twice in one block.
  writer.link(child);
  return sink.dagCbor(writer.written());
}
