import { PlaylistInvalidError } from './playlist-errors.ts';

const DECIMAL = /^(\d+)(?:\.(\d*))?$|^\.(\d+)$/;
const MICROS_PER_SECOND = 1_000_000;
/** No segment lasts a day: what the grammar of names takes ends there, too. */
const MAX_SECONDS = 86_400;

/** Whole micros of decimal seconds; a seventh digit and more are rounded to the nearest. Throws PlaylistInvalidError. */
export function parseSeconds(text: string, line: number): number {
  if (!DECIMAL.test(text) || Number(text) > MAX_SECONDS)
    throw new PlaylistInvalidError(`${JSON.stringify(text.slice(0, 40))} is no duration in seconds`, line);
  return Math.round(Number(text) * MICROS_PER_SECOND);
}

/** How a Python downloader writes a duration that it read as a float: `2.0`, `1.967`. From 100 micros on. */
export function durationTextOf(seconds: string): string {
  const text = String(Number(seconds));
  return text.includes('.') ? text : `${text}.0`;
}

/** Throws PlaylistInvalidError. */
export function parseInteger(text: string, line: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new PlaylistInvalidError(`${JSON.stringify(text.slice(0, 40))} is no whole number`, line);
  return value;
}

/** The absolute form of a URI, below the playlist's own. Throws PlaylistInvalidError for what is no http or https URL. */
export function resolveUri(uri: string, base: string, line: number): string {
  const url = URL.parse(uri, base);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new PlaylistInvalidError('a URI that is no http or https URL', line);
  return url.href;
}
