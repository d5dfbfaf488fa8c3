import { describe, expect, it } from 'vitest';
import type { NameKind } from '../src/index.ts';
import { nameKindOf, tombstoneName } from '../src/index.ts';
import { EMPTY_HASH, segmentName } from './support/names.ts';

const SEGMENT = segmentName(0, 2);
const CHAT = `10:00-${EMPTY_HASH}.json`;
const TEMP = '45:51.608000-2.0-temp-waybill.m1.7.ts';

describe('nameKindOf', () => {
  it.each<[string, NameKind | undefined]>([
    [SEGMENT, 'segment'],
    [segmentName(0, 2, 'suspect'), 'segment'],
    [segmentName(0, 2, 'partial'), 'segment'],
    [TEMP, 'temp'],
    [CHAT, 'chat'],
    [tombstoneName(SEGMENT), 'tombstone'],
    [tombstoneName(CHAT), 'tombstone'],
    [tombstoneName(TEMP), undefined],
    [`${CHAT}.waybill.m1.7.temp`, undefined],
    [`${SEGMENT}.tombstone`, undefined],
    ['anything.tombstone', undefined],
    [`${CHAT}.corrupt`, undefined],
    ['index.html', undefined],
    ['', undefined],
  ])('takes %s for: %s', (name, kind) => {
    expect(nameKindOf(name)).toBe(kind);
  });
});
