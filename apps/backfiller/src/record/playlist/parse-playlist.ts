import type { MasterPlaylist } from './master-playlist.ts';
import type { MediaPlaylist } from './media-playlist.ts';
import { parseMasterPlaylist } from './parse-master-playlist.ts';
import { parseMediaPlaylist } from './parse-media-playlist.ts';
import { playlistLines } from './playlist-lines.ts';

const MASTER_TAGS: ReadonlySet<string> = new Set(['EXT-X-STREAM-INF', 'EXT-X-I-FRAME-STREAM-INF', 'EXT-X-MEDIA']);

/**
 * Reads an HLS playlist (RFC 8216). Ours, and no library's, for what a recorder needs of it: whole micros, and errors with lines
 * (docs/decisions/2026-11-21-hls-parser.md).
 * @param baseUrl Where the playlist came from: relative URIs are below it.
 * @throws PlaylistInvalidError, PlaylistUnsupportedError
 */
export function parsePlaylist(text: string, baseUrl: string): MasterPlaylist | MediaPlaylist {
  const lines = [...playlistLines(text)];
  const isMaster = lines.some(({ tag }) => tag !== undefined && MASTER_TAGS.has(tag));
  return isMaster ? parseMasterPlaylist(lines, baseUrl) : parseMediaPlaylist(lines, baseUrl);
}
