import { parseAttributeList } from './attribute-list.ts';
import type { MasterPlaylist, Variant } from './master-playlist.ts';
import { PlaylistInvalidError } from './playlist-errors.ts';
import type { PlaylistLine } from './playlist-lines.ts';
import { resolveUri } from './playlist-values.ts';

interface Described {
  readonly line: number;
  readonly attributes: ReadonlyMap<string, string>;
}

/** Takes the lines of a master playlist apart. Renditions other than video, and tags that are not known, are left out. Throws PlaylistInvalidError. */
export function parseMasterPlaylist(lines: Iterable<PlaylistLine>, baseUrl: string): MasterPlaylist {
  const groups: Groups = { names: new Map(), isSoundApart: new Map() };
  const found: (Described & { uri: string })[] = [];
  let described: Described | undefined;
  for (const item of lines) {
    const { line } = item;
    if (item.tag === undefined) {
      if (described === undefined) throw new PlaylistInvalidError('a URI without EXT-X-STREAM-INF', line);
      found.push({ ...described, uri: resolveUri(item.uri, baseUrl, line) });
      described = undefined;
    } else if (item.tag === 'EXT-X-STREAM-INF') described = { line, attributes: parseAttributeList(item.value, line) };
    else if (item.tag === 'EXT-X-MEDIA') noteRendition(groups, parseAttributeList(item.value, line));
  }
  if (described !== undefined) throw new PlaylistInvalidError('EXT-X-STREAM-INF without a URI', described.line);
  return { kind: 'master', variants: found.map((one) => variantOf(one, groups)) };
}

/** What EXT-X-MEDIA says of groups. */
interface Groups {
  /** Of video, the name of its first rendition. */
  readonly names: Map<string, string>;
  /** Of audio, whether all renditions have a URI. One without is in the variants themselves. */
  readonly isSoundApart: Map<string, boolean>;
}

function noteRendition({ names, isSoundApart }: Groups, attributes: ReadonlyMap<string, string>): void {
  const group = attributes.get('GROUP-ID');
  const name = attributes.get('NAME');
  const type = attributes.get('TYPE');
  if (group === undefined) return;
  if (type === 'VIDEO' && name !== undefined && !names.has(group)) names.set(group, name);
  if (type === 'AUDIO') isSoundApart.set(group, attributes.has('URI') && isSoundApart.get(group) !== false);
}

function variantOf({ line, attributes, uri }: Described & { uri: string }, { names, isSoundApart }: Groups): Variant {
  const video = attributes.get('VIDEO');
  const [, width, height] = /^(\d+)x(\d+)$/i.exec(attributes.get('RESOLUTION') ?? '') ?? [];
  return {
    uri,
    line,
    bandwidth: numberOf(attributes.get('BANDWIDTH')) ?? 0,
    width: numberOf(width),
    height: numberOf(height),
    frameRate: numberOf(attributes.get('FRAME-RATE')),
    video,
    name: attributes.get('NAME') ?? (video === undefined ? undefined : names.get(video)),
    isSoundApart: isSoundApart.get(attributes.get('AUDIO') ?? '') ?? false,
  };
}

function numberOf(text: string | undefined): number | undefined {
  const value = text === undefined ? NaN : Number.parseFloat(text);
  return Number.isFinite(value) ? value : undefined;
}
