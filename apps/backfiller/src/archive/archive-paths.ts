import path from 'node:path';
import { isHour, isSafeComponent, isSafeRelativePath } from '@waybill/segments';
import type { SegmentAddress } from './archive.ts';
import { PathComponentInvalidError } from './archive-errors.ts';

/*
 *   BASE/
 *     CHANNEL/                                       demo
 *       QUALITY/                                     source, 480p … or chat
 *         HOUR/                                      2024-03-01T10 (UTC)
 *           TIME-DURATION-TYPE-HASH.ts               45:51.608000-2.0-full-7IS9…ZOZM.ts
 *           MM:SS-HASH.json                          45:00-7IS9…ZOZM.json (in chat)
 *           TIME-DURATION-TYPE-HASH.tombstone        hides the .ts of the same name
 *     EXTRAS/…/FILE                                  emotes/123/dark/3.0
 *     .waybill/                                      our own state; hidden, so that no listing shows it
 *
 * Every name comes from elsewhere (a request, a remote node's listing). A component such as `..`, `a/b` or `.waybill`
 * would lead out of the archive or into the state folder, so each is checked here, and paths are made nowhere else.
 */

function checked(role: string, component: string): string {
  if (!isSafeComponent(component)) throw new PathComponentInvalidError(role, component);
  return component;
}

/** Turns names into paths and back. Every method throws PathComponentInvalidError for an unsafe name. */
export class ArchivePaths {
  /** Absolute. */
  readonly base: string;
  /** The hour asked for last: segments come in crowds of one hour. */
  #last = { channel: '', quality: '', hour: '', directory: '' };

  constructor(baseDirectory: string) {
    this.base = path.resolve(baseDirectory);
  }

  channel(channel: string): string {
    return this.base + path.sep + checked('channel', channel);
  }

  quality(channel: string, quality: string): string {
    return this.channel(channel) + path.sep + checked('quality', quality);
  }

  hour(channel: string, quality: string, hour: string): string {
    const last = this.#last;
    if (last.hour === hour && last.quality === quality && last.channel === channel && hour !== '')
      return last.directory;
    if (!isHour(hour)) throw new PathComponentInvalidError('hour', hour);
    const directory = this.quality(channel, quality) + path.sep + hour;
    this.#last = { channel, quality, hour, directory };
    return directory;
  }

  segment({ channel, quality, hour, name }: SegmentAddress): string {
    return this.hour(channel, quality, hour) + path.sep + checked('name', name);
  }

  extras(directory: string): string {
    return this.base + path.sep + checked('directory', directory);
  }

  extra(directory: string, relativePath: string): string {
    return path.join(this.extras(directory), ...this.#relative(relativePath));
  }

  /** Any visible file, by its `/`-separated path below the base. */
  file(relativePath: string): string {
    return path.join(this.base, ...this.#relative(relativePath));
  }

  /** The way back: the address of a path that `segment` made; undefined for any other path. */
  addressOf(filePath: string): SegmentAddress | undefined {
    const [channel, quality, hour, name, ...rest] = path.relative(this.base, filePath).split(path.sep);
    if (channel === undefined || quality === undefined || hour === undefined || name === undefined || rest.length > 0)
      return undefined;
    const safe = isSafeComponent(channel) && isSafeComponent(quality) && isHour(hour) && isSafeComponent(name);
    return safe ? { channel, quality, hour, name } : undefined;
  }

  #relative(relativePath: string): string[] {
    if (!isSafeRelativePath(relativePath)) throw new PathComponentInvalidError('path', relativePath);
    return relativePath.split('/');
  }
}
