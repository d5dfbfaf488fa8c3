import { PlaylistInvalidError } from './playlist-errors.ts';

/** One line that says something: a tag with its value, or a URI. */
export type PlaylistLine =
  | { readonly line: number; readonly tag: string; readonly value: string }
  | { readonly line: number; readonly tag?: undefined; readonly uri: string };

const BYTE_ORDER_MARK = '\ufeff';

/**
 * Splits a playlist (RFC 8216 section 4.1). Blank lines and comments are left out. A byte order mark, CRLF and blanks around lines are taken.
 * Throws PlaylistInvalidError where the first line is not #EXTM3U: an error page, most of the time.
 */
export function* playlistLines(text: string): Generator<PlaylistLine, void, undefined> {
  const lines = (text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text).split(/\r\n|\n|\r/);
  let begun = false;
  for (const [index, raw] of lines.entries()) {
    const content = raw.trim();
    const line = index + 1;
    if (content === '') continue;
    if (!begun && !/^#EXTM3U(?:\s|$)/.test(content))
      throw new PlaylistInvalidError('it does not begin with #EXTM3U', line);
    if (!content.startsWith('#')) yield { line, uri: content };
    else if (begun && content.startsWith('#EXT')) yield taggedLine(content, line);
    begun = true;
  }
  if (!begun) throw new PlaylistInvalidError('it is empty', 1);
}

function taggedLine(content: string, line: number): PlaylistLine {
  const colon = content.indexOf(':');
  const tag = colon === -1 ? content.slice(1) : content.slice(1, colon);
  return { line, tag, value: colon === -1 ? '' : content.slice(colon + 1).trim() };
}
