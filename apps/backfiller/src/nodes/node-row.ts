import type { PlacedFields } from './collect-entries.ts';
import type { NodeRow } from './node-source.ts';
import { parseNodeUrl } from '../remote/node-url.ts';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A row as a driver returns it; a table of wubloader's has no column `trust` (spec 1.6). */
export const nodeRow = (row: Readonly<Record<string, unknown>>): NodeRow => ({
  name: text(row['name']),
  url: text(row['url']),
  backfillFrom: row['backfill_from'] === true || row['backfill_from'] === 1,
  trust: typeof row['trust'] === 'string' ? row['trust'] : undefined,
});

export const placedFields = (row: NodeRow): PlacedFields => ({
  place: `row ${JSON.stringify(row.name)}`,
  name: row.name,
  url: row.url,
  trust: row.trust,
});

const sameUrl = (a: string, b: string): boolean => {
  try {
    return parseNodeUrl(a).url === parseNodeUrl(b).url;
  } catch {
    return a === b;
  }
};

/** Whether a row is the one that a user means by its name or URL. */
export const matchesNode = (row: NodeRow, nameOrUrl: string): boolean =>
  row.name === nameOrUrl || sameUrl(row.url, nameOrUrl);
