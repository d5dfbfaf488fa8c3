import { PlaylistInvalidError } from './playlist-errors.ts';

const NAME = /[A-Z0-9-]+=/y;
const QUOTED = /"([^"]*)"/y;
const PLAIN = /[^",]*/y;
const SEPARATOR = /\s*,\s*/y;

/**
 * An attribute list (RFC 8216 section 4.2): names and values, without quotes. Blanks around commas and a comma at the end are
 * taken, since encoders write them; of two attributes of one name the first counts. Throws PlaylistInvalidError.
 */
export function parseAttributeList(text: string, line: number): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  let at = text.length - text.trimStart().length;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) return undefined;
    at = pattern.lastIndex;
    return match[1] ?? match[0];
  };
  while (at < text.trimEnd().length) {
    const name = take(NAME)?.slice(0, -1);
    if (name === undefined) throw new PlaylistInvalidError(`no attribute at character ${at + 1} of its list`, line);
    if (text[at] === '"' && !text.slice(at + 1).includes('"'))
      throw new PlaylistInvalidError(`the value of ${name} has no closing quote`, line);
    const value = take(QUOTED) ?? take(PLAIN)?.trim() ?? '';
    if (!attributes.has(name)) attributes.set(name, value);
    if (at < text.trimEnd().length && take(SEPARATOR) === undefined)
      throw new PlaylistInvalidError(`no comma behind the value of ${name}`, line);
  }
  return attributes;
}
