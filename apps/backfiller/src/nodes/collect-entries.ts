import { WaybillError } from '@waybill/common';
import { createNodeEntry } from './node-entry.ts';
import type { NodeEntry, NodeEntryFields } from './node-entry.ts';
import type { NodeList } from './node-source.ts';

export interface PlacedFields extends NodeEntryFields {
  /** Where it stands, for the report: `line 3`, `row "name"`. */
  readonly place: string;
}

/** Makes entries of fields; what cannot be used becomes a problem with its place instead of stopping the rest. */
export const collectEntries = (items: Iterable<PlacedFields>): NodeList => {
  const entries: NodeEntry[] = [];
  const problems: string[] = [];
  for (const item of items) {
    try {
      entries.push(createNodeEntry(item));
    } catch (error) {
      if (!(error instanceof WaybillError)) throw error;
      problems.push(`${item.place}: ${error.message}`);
    }
  }
  return { entries, problems };
};
