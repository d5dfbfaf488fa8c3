/** Estimates by the name of the quality; `source` and other names count as 1080p (spec section 1.2). */
const BANDWIDTHS: Readonly<Record<string, number>> = {
  '1080p': 6_846_146,
  '720p': 2_373_000,
  '480p': 1_427_999,
  '360p': 630_000,
  '160p': 230_000,
};
const DEFAULT_BANDWIDTH = 6_846_146;

/** A quoted string may hold no quote (RFC 8216 section 4.2). */
const QUOTABLE = /^[^"\r\n]*$/;

/**
 * A master playlist with one variant for each quality. Each has a VIDEO rendition of its own without a URI, as
 * wubloader names its variants for players.
 *
 * @param query copied into the URLs, with its question mark
 */
export function masterPlaylist(channel: string, qualities: readonly string[], query: string): string {
  const lines = ['#EXTM3U'];
  for (const quality of qualities.filter((name) => QUOTABLE.test(name))) {
    const bandwidth = BANDWIDTHS[quality] ?? DEFAULT_BANDWIDTH;
    lines.push(
      `#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID="${quality}",NAME="${quality}",AUTOSELECT=YES,DEFAULT=YES`,
      `#EXT-X-STREAM-INF:VIDEO="${quality}",NAME="${quality}",BANDWIDTH=${bandwidth.toString()}`,
      // Relative to /playlist/CH.m3u8, so that it holds behind a path prefix.
      `${encodeURIComponent(channel)}/${encodeURIComponent(quality)}.m3u8${query}`,
    );
  }
  return `${lines.join('\n')}\n`;
}
