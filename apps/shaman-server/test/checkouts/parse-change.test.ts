import { describe, expect, it } from 'vitest';
import { parseChange } from '../../src/checkouts/parse-change.ts';

const change = { version: 7, kind: 'ready', registration: 'farm/1', path: 'show/shot' };

describe('a change of the registry that is told', () => {
  it('is read', () => {
    expect(parseChange(JSON.stringify(change))).toEqual(change);
    expect(parseChange(JSON.stringify({ ...change, kind: 'erased' }))).toMatchObject({ kind: 'erased' });
  });

  it.each([
    ['no JSON', '{"version":7'],
    ['nothing', ''],
    ['another kind', JSON.stringify({ ...change, kind: 'moved' })],
    ['a number that is none', JSON.stringify({ ...change, version: '7' })],
    ['no registration', JSON.stringify({ ...change, registration: undefined })],
    ['a path that was too long to be told', JSON.stringify({ ...change, path: null })],
  ])('counts for nothing with %s', (_what, payload) => {
    expect(parseChange(payload)).toBeUndefined();
  });
});
