/** One EXT-X-STREAM-INF (RFC 8216 section 4.3.4.2). */
export interface Variant {
  /** Absolute. */
  readonly uri: string;
  readonly line: number;
  /** Bits per second; 0 where it is not said. */
  readonly bandwidth: number;
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly frameRate: number | undefined;
  /** Its rendition group for video: `chunked`, `720p60` on Twitch. */
  readonly video: string | undefined;
  /** NAME of its own, or of the first rendition in its group for video. */
  readonly name: string | undefined;
  /** Its sound is in playlists of its own: every rendition of its group for audio has a URI (section 4.3.4.2.1). */
  readonly isSoundApart: boolean;
}

export interface MasterPlaylist {
  readonly kind: 'master';
  readonly variants: readonly Variant[];
}
