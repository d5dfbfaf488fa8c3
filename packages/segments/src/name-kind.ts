import { isChatName } from './chat-name.ts';
import { tryParseSegmentName } from './parse-segment-name.ts';
import { tombstoneTarget } from './tombstones.ts';

/** What a file of an hour directory is, by its name alone. */
export type NameKind = 'segment' | 'temp' | 'chat' | 'tombstone';

/**
 * Sorts a name by the strict grammar; undefined where it is none of these. A name that has a kind is a safe single path
 * component. A tombstone's target must itself be the base of a segment (not of a temp file) or of a chat batch.
 */
export function nameKindOf(name: string): NameKind | undefined {
  if (name.endsWith('.ts')) return segmentKind(name);
  if (name.endsWith('.json')) return isChatName(name) ? 'chat' : undefined;
  const target = tombstoneTarget(name);
  if (target === undefined) return undefined;
  return segmentKind(`${target}.ts`) === 'segment' || isChatName(`${target}.json`) ? 'tombstone' : undefined;
}

function segmentKind(name: string): 'segment' | 'temp' | undefined {
  const type = tryParseSegmentName(name)?.type;
  if (type === undefined) return undefined;
  return type === 'temp' ? 'temp' : 'segment';
}
