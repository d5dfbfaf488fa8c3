import { describe, expect, it } from 'vitest';
import { isChatName, isSafeComponent, parseChatName, SegmentNameInvalidError } from '../src/index.ts';
import { digestOf, EMPTY_HASH } from './support/names.ts';

describe('chat names', () => {
  it('carry the minute and second of the batch, and the digest', () => {
    expect(parseChatName(`59:07-${EMPTY_HASH}.json`)).toEqual({ startMicros: 3_547_000_000, digest: digestOf('') });
    expect(isChatName(`59:07-${EMPTY_HASH}.json`)).toBe(true);
  });

  it('are read without a digest where the last field is none, and are then no chat names to take from others', () => {
    for (const hash of ['', 'AAAA', 'a-b', `${EMPTY_HASH}=`, `${EMPTY_HASH.slice(0, -1)}V`]) {
      expect(parseChatName(`00:00-${hash}.json`)).toEqual({ startMicros: 0, digest: undefined });
      expect(isChatName(`00:00-${hash}.json`)).toBe(false);
    }
  });

  it.each([
    `00:00.000000-${EMPTY_HASH}.json`,
    `60:00-${EMPTY_HASH}.json`,
    `00:60-${EMPTY_HASH}.json`,
    `0:00-${EMPTY_HASH}.json`,
    `00:00${EMPTY_HASH.replace('-', 'A')}.json`,
    `00:00-${EMPTY_HASH}.ts`,
    `00:00-${EMPTY_HASH}.json.temp`,
    `00:00-${EMPTY_HASH}.json\n`,
    `\n00:00-${EMPTY_HASH}.json`,
    `00:00-../${EMPTY_HASH}.json`,
    '',
  ])('are not %j', (name) => {
    expect(isChatName(name)).toBe(false);
    expect(() => parseChatName(name)).toThrow(SegmentNameInvalidError);
  });

  it('are safe path components', () => {
    expect(isSafeComponent(`59:07-${EMPTY_HASH}.json`)).toBe(true);
  });
});
