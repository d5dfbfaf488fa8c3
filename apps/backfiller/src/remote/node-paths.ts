import type { SegmentAddress } from '../archive/archive.ts';

/** Every component is encoded: a wubloader node takes `%3A` and `:` alike (spec 1.2), and a `?`, `#` or `%` in a name must not end the path. */
const join = (...components: readonly string[]): string =>
  components.map((component) => `/${encodeURIComponent(component)}`).join('');

/*
 * The paths of one node, relative to its URL (which may have a prefix): spec 1.2 and docs/protocols.
 *
 *   /files/CH/Q                          /digest            /batch
 *   /files/CH/Q/HOUR?tombstones=true     /digest/CH/Q       /events?since=ID
 *   /segments/CH/Q/HOUR/NAME             /extras/DIR        /segments/DIR/PATH
 */
export const hoursPath = (channel: string, quality: string): string => join('files', channel, quality);

export const hourPath = (channel: string, quality: string, hour: string): string =>
  `${join('files', channel, quality, hour)}?tombstones=true`;

/** Segments come in crowds of one hour, whose path is made once. */
let lastHour = { channel: '', quality: '', hour: '', path: join('segments', '', '', '') };

export const segmentPath = ({ channel, quality, hour, name }: SegmentAddress): string => {
  if (lastHour.hour !== hour || lastHour.quality !== quality || lastHour.channel !== channel)
    lastHour = { channel, quality, hour, path: join('segments', channel, quality, hour) };
  return `${lastHour.path}/${encodeURIComponent(name)}`;
};

export const extrasPath = (directory: string): string => join('extras', ...directory.split('/'));

export const extraPath = (directory: string, path: string): string =>
  join('segments', ...directory.split('/'), ...path.split('/'));

export const digestPath = (): string => '/digest';

export const qualityDigestPath = (channel: string, quality: string): string => join('digest', channel, quality);

export const batchPath = (): string => '/batch';

export const eventsPath = (since: string | undefined): string =>
  since === undefined ? '/events' : `/events?since=${encodeURIComponent(since)}`;
