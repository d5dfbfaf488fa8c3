import { encodeVarint } from '../codec/varint.ts';
import type { BlockSink } from './block-sink.ts';
import { CborWriter } from './cbor-writer.ts';
import type { SyntheticChainOptions } from './chain-options.ts';
import { noise } from './noise.ts';
import { SeededNumbers } from './seeded-numbers.ts';

/** What all makers of blocks share. The writer holds one block at a time: children are made before their parent is begun. */
export class ChainKit {
  readonly options: Readonly<Required<SyntheticChainOptions>>;
  readonly sink: BlockSink;
  readonly numbers: SeededNumbers;
  readonly writer = new CborWriter();
  readonly #noise = noise();

  constructor(options: Readonly<Required<SyntheticChainOptions>>, sink: BlockSink) {
    this.options = options;
    this.sink = sink;
    this.numbers = new SeededNumbers(options.seed);
  }

  /** So many bytes that look random, 4 MiB at most; a view that must not be changed. */
  random(sizeBytes: number): Uint8Array {
    const at = this.numbers.below(this.#noise.length - sizeBytes);
    return this.#noise.subarray(at, at + sizeBytes);
  }

  /** Bytes that come only once in a chain: a number of 64 bits. */
  unique(): Uint8Array {
    const bytes = new Uint8Array(8);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, this.numbers.next());
    view.setUint32(4, this.numbers.next());
    return bytes;
  }

  /** The address of an actor: protocol 0, then its number as a varint, as short as can be: others are refused by nodes. */
  address(actor: number): Uint8Array {
    return Uint8Array.of(0, ...encodeVarint(actor));
  }

  /** An amount as the chain writes it: a sign byte, then the number, big-endian. */
  amount(): Uint8Array {
    return Uint8Array.of(0, 1 + this.numbers.below(255), ...this.random(this.numbers.below(8)));
  }
}
