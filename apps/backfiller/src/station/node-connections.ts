import type { BackfillNode } from '../backfill/backfill-node.ts';
import { equalEntries } from '../nodes/compare-nodes.ts';
import type { NodeEntry } from '../nodes/node-entry.ts';

/** The open nodes. One stays the same object, with what its circuit breaker knows, as long as its entry stays as it is. */
export class NodeConnections {
  readonly #connect: (entry: NodeEntry) => BackfillNode;
  #connected = new Map<string, { entry: NodeEntry; node: BackfillNode }>();

  constructor(connect: (entry: NodeEntry) => BackfillNode) {
    this.#connect = connect;
  }

  of(entries: readonly NodeEntry[]): BackfillNode[] {
    const now = new Map(entries.map((entry) => [entry.key, this.#keep(entry)]));
    this.#connected = now;
    return [...now.values()].map(({ node }) => node);
  }

  #keep(entry: NodeEntry): { entry: NodeEntry; node: BackfillNode } {
    const known = this.#connected.get(entry.key);
    return known !== undefined && equalEntries(known.entry, entry) ? known : { entry, node: this.#connect(entry) };
  }
}
