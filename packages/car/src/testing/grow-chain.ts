import { addHeader, type MadeHeader, sortTipset } from './block-header.ts';
import type { ChainKit } from './chain-kit.ts';
import { addBlockMessages, addMessage, addMeta, type BlockMessages } from './messages.ts';
import { addReceipts } from './receipts.ts';
import { StateTree } from './state-tree.ts';

/** Some epochs change nothing: their state root is the one before. */
const IDLE_CHANCE = 0.05;

/** A tipset as it was made; the arrays are the caller's own. */
export interface SyntheticTipset {
  readonly height: number;
  /** The blocks in the order of the tipset. */
  readonly cids: readonly Uint8Array[];
  readonly parents: readonly Uint8Array[];
  readonly stateRoot: Uint8Array;
  readonly receipts: Uint8Array;
  /** One for each block, in the order in which they were made; not that of `cids`. */
  readonly messages: readonly Uint8Array[];
}

interface TipsetInit {
  height: number;
  parents: readonly Uint8Array[];
  stateRoot: Uint8Array;
  receipts: Uint8Array;
}

/** Makes a chain from its genesis on, children before parents, and yields where blocks can be taken. */
export class ChainGrowth {
  /** From the genesis on. */
  readonly tipsets: SyntheticTipset[] = [];
  readonly #kit: ChainKit;
  readonly #state: StateTree;
  /** Different messages of the last tipset: it is they that the next one has the receipts of. */
  #messageCount = 0;

  constructor(kit: ChainKit) {
    this.#kit = kit;
    this.#state = new StateTree(kit);
  }

  *grow(): Generator<void, void, undefined> {
    const { epochs, nullRoundChance } = this.#kit.options;
    yield* this.#state.build();
    this.#addGenesis();
    yield;
    for (let height = 1; height <= epochs; height += 1) {
      // The head has the height that was asked for.
      if (height < epochs && this.#kit.numbers.chance(nullRoundChance)) continue;
      this.#addEpoch(height);
      this.#kit.sink.endEpoch();
      yield;
    }
  }

  /** The parent of a genesis is a block of its own kind; messages and receipts of a genesis are in stores, and in no export. */
  #addGenesis(): void {
    const kit = this.#kit;
    const { writer, sink } = kit;
    const below = sink.raw(kit.unique());
    const parent = sink.dagCborSha2(writer.start().array(2).bytes(kit.unique()).link(below).written());
    const stateRoot = this.#state.addRoot();
    const receipts = addReceipts(kit, 3);
    const messages = addMeta(kit, [addMessage(kit, false)], []);
    const init = { height: 0, parents: [parent], stateRoot, receipts };
    this.#note(init, [messages], [addHeader(kit, { ...init, messages })]);
  }

  #addEpoch(height: number): void {
    const kit = this.#kit;
    if (!kit.numbers.chance(IDLE_CHANCE)) this.#state.change();
    const parents = (this.tipsets.at(-1) as SyntheticTipset).cids;
    const init = { height, parents, stateRoot: this.#state.addRoot(), receipts: addReceipts(kit, this.#messageCount) };
    const blocks = 1 + kit.numbers.below(kit.options.blocksPerTipset);
    const messages: BlockMessages[] = [];
    for (let at = 0; at < blocks; at += 1) messages.push(addBlockMessages(kit, messages));
    const metas = messages.map(({ meta }) => meta);
    this.#note(
      init,
      metas,
      metas.map((meta) => addHeader(kit, { ...init, messages: meta })),
    );
    this.#messageCount = new Set(messages.flatMap(({ bls, secp }) => [...bls, ...secp])).size;
    this.#addOrphans(init, metas[0] as Uint8Array);
  }

  /** Blocks of forks, and leftovers: a store has them, and an export does not. */
  #addOrphans(init: TipsetInit, messages: Uint8Array): void {
    const { sink, options, numbers, writer } = this.#kit;
    for (let left = options.orphansPerEpoch; left > 0; left -= 1) {
      if (numbers.chance(0.3)) addHeader(this.#kit, { ...init, messages });
      else sink.dagCbor(writer.start().array(1).bytes(this.#kit.unique(), this.#kit.random(50)).written());
    }
  }

  /** Copies what it keeps: the arrays of a block are views into large ones. */
  #note(init: TipsetInit, messages: readonly Uint8Array[], headers: readonly MadeHeader[]): void {
    this.tipsets.push({
      height: init.height,
      cids: sortTipset(headers),
      parents: init.parents,
      stateRoot: init.stateRoot,
      receipts: init.receipts,
      messages,
    });
  }
}
