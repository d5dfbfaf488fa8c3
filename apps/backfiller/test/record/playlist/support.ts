import type { MasterPlaylist } from '../../../src/record/playlist/master-playlist.ts';
import type { MediaPlaylist } from '../../../src/record/playlist/media-playlist.ts';
import { parsePlaylist } from '../../../src/record/playlist/parse-playlist.ts';

const BASE = 'https://origin.example.org/live/index.m3u8';

export function media(text: string, base = BASE): MediaPlaylist {
  const playlist = parsePlaylist(text, base);
  if (playlist.kind !== 'media') throw new Error('a master playlist');
  return playlist;
}

export function master(text: string, base = BASE): MasterPlaylist {
  const playlist = parsePlaylist(text, base);
  if (playlist.kind !== 'master') throw new Error('a media playlist');
  return playlist;
}

/** Start times with six digits. */
export function startsOf({ segments }: MediaPlaylist): string[] {
  return segments.map(({ startMicros = NaN }) => timeText(startMicros));
}

export function timeText(micros: number): string {
  const ms = Math.floor(micros / 1000);
  return new Date(ms).toISOString().replace('Z', `${String(micros - ms * 1000).padStart(3, '0')}Z`);
}
