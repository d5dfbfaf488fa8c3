import type { AbortOptions } from '@waybill/common';
import type { NodeEntry } from './node-entry.ts';

export interface NodeList {
  readonly entries: readonly NodeEntry[];
  /** Lines or rows that could not be used, each with its place. The others count all the same. */
  readonly problems: readonly string[];
}

/** Where nodes are listed. Asked once per refresh; MUST reject soon after `signal` fires. */
export interface NodeSource {
  /** For logs: `static`, `file nodes.txt`, `postgresql://host/db`. Holds no credentials. */
  readonly label: string;
  list(options?: AbortOptions): Promise<NodeList>;
}

/** A row of a node database: also the nodes that are not backfilled from. */
export interface NodeRow {
  readonly name: string;
  readonly url: string;
  readonly backfillFrom: boolean;
  /** Text of parseNodeTrust. `add` with undefined leaves what is there. */
  readonly trust: string | undefined;
}

/** A source that can be changed. */
export interface NodeDatabase extends NodeSource {
  /** All rows, those with `backfill_from` false included; ordered by name. Empty where there is no table yet. */
  rows(options?: AbortOptions): Promise<NodeRow[]>;
  /** Adds the node, or changes the one of that name. Creates the table (SQLite: the file) where it is absent. */
  add(row: NodeRow, options?: AbortOptions): Promise<void>;
  /** Removes by name or URL. Resolves to the names removed: empty where there was none. */
  remove(nameOrUrl: string, options?: AbortOptions): Promise<string[]>;
}
