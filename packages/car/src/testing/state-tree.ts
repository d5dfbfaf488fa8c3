import { addActorHead } from './actor-head.ts';
import type { ChainKit } from './chain-kit.ts';
import { DAG_CBOR, identityCid } from './cid-prefixes.ts';

const DIGEST_BYTES = 32;
/** Actors in a node of the lowest level, where the real tree has buckets of up to three. */
const ACTORS_PER_NODE = 5;
/** Links in a node above; the real tree has up to 32, and mostly fewer. */
const LINKS_PER_NODE = 24;
/** How many blocks change when one actor does: its head and its part of the way up to the root. Found by measuring. */
const BLOCKS_PER_CHANGE = 3.2;
/** Half of all changes fall on so few of the actors: cron, rewards, the busy ones. */
const HOT_SHARE = 1 / 16;
/** The genesis is handed out in pieces of so many actors, so that a large one is never in memory as a whole. */
const ACTORS_PER_STEP = 2000;

/** Actors' code: WebAssembly as raw blocks, as it is since version 16 of the network; before that identity CIDs. */
const CODE_BYTES = [9000, 30_000, 2500];

/**
 * A tree of state like the chain's HAMT: `[bitfield, [pointer…]]`, a pointer being a link or a bucket of `[key, actor]`.
 * A change writes the actor's head and the nodes on its way up anew; all others are shared with the epochs before.
 * It holds 32 bytes for each actor and node.
 */
export class StateTree {
  readonly #kit: ChainKit;
  /** The digests of each level, one after the other: heads of actors first, the top node last. */
  readonly #levels: Uint8Array[] = [];
  #codes: Uint8Array[] = [];
  #info: Uint8Array = new Uint8Array(0);

  constructor(kit: ChainKit) {
    this.#kit = kit;
    let width = Math.max(1, kit.options.stateActors);
    this.#levels.push(new Uint8Array(width * DIGEST_BYTES));
    do {
      width = Math.ceil(width / (this.#levels.length === 1 ? ACTORS_PER_NODE : LINKS_PER_NODE));
      this.#levels.push(new Uint8Array(width * DIGEST_BYTES));
    } while (width > 1);
  }

  /** Adds the whole tree; yields where blocks can be taken. */
  *build(): Generator<void, void, undefined> {
    const { sink, writer, numbers } = this.#kit;
    const code = (sizeBytes: number): Uint8Array => sink.raw(this.#kit.random(sizeBytes - numbers.below(100)));
    this.#codes = [...CODE_BYTES.map(code), identityCid(0x55, Buffer.from('fil/1/account'))];
    this.#info = sink.dagCborForEver(writer.start().array(0).written());
    for (let level = 0; level < this.#levels.length; level += 1) {
      for (let index = 0; index < this.#width(level); index += 1) {
        this.#renew(level, index);
        if (index % ACTORS_PER_STEP === 0) yield;
      }
    }
  }

  /** The CID of the current state: `[version, actors, info]`. */
  addRoot(): Uint8Array {
    const { writer, sink } = this.#kit;
    writer
      .start()
      .array(3)
      .int(5)
      .link(DAG_CBOR, this.#digest(this.#levels.length - 1, 0))
      .link(this.#info);
    return sink.dagCborForEver(writer.written());
  }

  /** Changes some actors: about `stateBlocksPerEpoch` blocks. */
  change(): void {
    const { stateBlocksPerEpoch } = this.#kit.options;
    let touched = new Set<number>();
    for (let left = stateBlocksPerEpoch / BLOCKS_PER_CHANGE; left > 0; left -= 1) touched.add(this.#pickActor());
    for (let level = 0; level < this.#levels.length; level += 1) {
      const above = new Set<number>();
      for (const index of touched) {
        this.#renew(level, index);
        above.add(Math.floor(index / (level === 0 ? ACTORS_PER_NODE : LINKS_PER_NODE)));
      }
      touched = above;
    }
  }

  #pickActor(): number {
    const { numbers } = this.#kit;
    const actors = this.#width(0);
    return numbers.chance(0.5) ? numbers.below(Math.ceil(actors * HOT_SHARE)) : numbers.below(actors);
  }

  #renew(level: number, index: number): void {
    const cid = level === 0 ? this.#addHead(index) : this.#addNode(level, index);
    this.#digest(level, index).set(cid.subarray(cid.length - DIGEST_BYTES));
  }

  /** A head may refer to the head of an actor before it, as it is now. */
  #addHead(index: number): Uint8Array {
    const other = index === 0 ? undefined : this.#digest(0, this.#kit.numbers.below(index));
    return addActorHead(this.#kit, other);
  }

  #addNode(level: number, index: number): Uint8Array {
    const { writer, sink } = this.#kit;
    const fanOut = level === 1 ? ACTORS_PER_NODE : LINKS_PER_NODE;
    const end = Math.min((index + 1) * fanOut, this.#width(level - 1));
    const count = end - index * fanOut;
    const bitfield = (1 << count) - 1;
    writer
      .start()
      .array(2)
      .bytes(Uint8Array.of(bitfield >>> 16, (bitfield >>> 8) & 0xff, bitfield & 0xff))
      .array(count);
    for (let child = index * fanOut; child < end; child += 1) {
      if (level === 1) this.#writeActor(child);
      else writer.link(DAG_CBOR, this.#digest(level - 1, child));
    }
    return sink.dagCbor(writer.written());
  }

  /** A bucket with one entry: `[[key, [code, head, nonce, balance]]]`. */
  #writeActor(index: number): void {
    const { writer } = this.#kit;
    const code = this.#codes[index % this.#codes.length] as Uint8Array;
    writer.array(1).array(2).bytes(this.#kit.address(index));
    writer.array(4).link(code).link(DAG_CBOR, this.#digest(0, index));
    writer.int(index % 1000).bytes(Uint8Array.of(0, 1 + (index % 255)));
  }

  #width(level: number): number {
    return (this.#levels[level] as Uint8Array).length / DIGEST_BYTES;
  }

  #digest(level: number, index: number): Uint8Array {
    return (this.#levels[level] as Uint8Array).subarray(index * DIGEST_BYTES, (index + 1) * DIGEST_BYTES);
  }
}
