import type { AbortOptions } from '@waybill/common';
import { chooseVariant } from '../playlist/choose-variant.ts';
import type { MediaPlaylist } from '../playlist/media-playlist.ts';
import { parsePlaylist } from '../playlist/parse-playlist.ts';
import { PlaylistInvalidError, PlaylistUnsupportedError, QualityMissingError } from '../playlist/playlist-errors.ts';
import type { HlsClient } from '../fetch/hls-client.ts';

const SOURCE = 'source';

/** A media playlist and what is needed to load it again. */
export interface LoadedPlaylist {
  readonly url: string;
  readonly playlist: MediaPlaylist;
  readonly etag: string | undefined;
}

/** Loads a media playlist again; undefined where the server says that it has not changed. */
export async function reloadPlaylist(
  client: HlsClient,
  { url, etag }: Pick<LoadedPlaylist, 'url' | 'etag'>,
  options?: AbortOptions,
): Promise<LoadedPlaylist | undefined> {
  const answer = await client.playlist(url, etag, options);
  if (answer.text === undefined) return undefined;
  const playlist = parsePlaylist(answer.text, answer.url);
  if (playlist.kind === 'master')
    throw new PlaylistInvalidError('a master playlist where a media playlist was before', 1);
  return { url, playlist, etag: answer.etag };
}

/**
 * Loads the media playlist of a quality, from a URL that may be its own or that of a master playlist. A media playlist has one quality:
 * `source`. Throws QualityMissingError, PlaylistUnsupportedError where picture and sound are apart, and what parsing and the client throw.
 */
export async function openPlaylist(
  client: HlsClient,
  url: string,
  quality: string,
  options?: AbortOptions,
): Promise<LoadedPlaylist> {
  const answer = await client.playlist(url, undefined, options);
  const playlist = parsePlaylist(answer.text ?? '', answer.url);
  if (playlist.kind === 'media') {
    if (quality !== SOURCE) throw new QualityMissingError(quality, [SOURCE]);
    return { url, playlist, etag: answer.etag };
  }
  const { uri, line, isSoundApart } = chooseVariant(playlist, quality);
  if (isSoundApart)
    throw new PlaylistUnsupportedError(
      `a variant whose sound is in a playlist of its own (${quality})`,
      line,
      'one that has both can; give the URL of its media playlist to record the picture alone',
    );
  const media = await reloadPlaylist(client, { url: uri, etag: undefined }, options);
  if (media === undefined) throw new PlaylistInvalidError('it is empty', 1);
  return media;
}
