import type { Digest } from '@waybill/digest';
import { parseBase64Url } from '@waybill/digest';
import { MICROS_PER_MINUTE, MICROS_PER_SECOND } from './calendar.ts';
import { SegmentNameInvalidError } from './segment-name-invalid-error.ts';
import { isDigestText } from './text-checks.ts';

export interface ChatName {
  /** Offset of the batch within the hour. */
  readonly startMicros: number;
  /** Digest of the content; undefined where the last field is not a digest in base64url. */
  readonly digest: Digest | undefined;
}

const CHAT_NAME = /^([0-5]\d):([0-5]\d)-([^/]*)\.json$/s;

/** True for a chat batch: `MM:SS-HASH.json` with a digest of 43 characters (docs/formats/segments.md#chat-names). */
export function isChatName(name: string): boolean {
  const match = CHAT_NAME.exec(name);
  return match !== null && isDigestText(match[3] ?? '');
}

/** Reads the name of a chat batch, whatever its last field is. Throws SegmentNameInvalidError. */
export function parseChatName(name: string): ChatName {
  const [, minute, second, hashText] = CHAT_NAME.exec(name) ?? [];
  if (hashText === undefined) throw new SegmentNameInvalidError(name, 'not MM:SS-HASH.json');
  return {
    startMicros: Number(minute) * MICROS_PER_MINUTE + Number(second) * MICROS_PER_SECOND,
    digest: isDigestText(hashText) ? parseBase64Url(hashText) : undefined,
  };
}
