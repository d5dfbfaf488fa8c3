import { createHash } from 'node:crypto';

/** The text of a content's digest in names: urlsafe base64 without padding. */
export const digestText = (content: Uint8Array | string): string =>
  createHash('sha256').update(content).digest('base64url');

/** `MM:SS.000000-2.0-full-HASH.ts` for the segment that starts `second` seconds into its hour. */
export const segmentName = (second: number, content: Uint8Array | string, type = 'full'): string => {
  const time = [Math.floor(second / 60), second % 60].map((part) => String(part).padStart(2, '0')).join(':');
  return `${time}.000000-2.0-${type}-${digestText(content)}.ts`;
};
