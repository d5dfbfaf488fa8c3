import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tierCount } from '@waybill/test-kit';
import { parseNameList } from '../../src/remote/parse-name-list.ts';

const runs = { numRuns: tierCount({ push: 150, nightly: 5000 }) };
const NOT_A_LIST = 'not a JSON array of strings';

/** What JSON.parse and a look at the result would say. */
const reference = (text: string): string[] | typeof NOT_A_LIST => {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : NOT_A_LIST;
  } catch {
    return NOT_A_LIST;
  }
};

const jsonish = fc.array(
  fc.constantFrom(
    '[',
    ']',
    '{',
    '}',
    '"',
    ',',
    ':',
    '\\',
    '\\"',
    '\\\\',
    '\\u0041',
    '\\x',
    'a',
    '1',
    'null',
    ' ',
    '\n',
    '\t',
    '"a"',
    '"b",',
  ),
  { maxLength: 12 },
);

describe('a list of names', () => {
  it('is read as JSON.parse reads it, whatever the strings and the white space', () => {
    const names = fc.array(fc.string({ unit: 'binary', maxLength: 10 }), { maxLength: 8 });
    fc.assert(
      fc.property(names, fc.constantFrom(0, 1, '\t', '\n  '), (list, space) => {
        expect(parseNameList(JSON.stringify(list, null, space), 100)).toEqual(list);
      }),
      runs,
    );
  });

  it('is refused exactly where JSON.parse finds something else', () => {
    fc.assert(
      fc.property(jsonish, (parts) => {
        const text = parts.join('');
        expect(parseNameList(text, 100)).toEqual(reference(text));
        expect(parseNameList(`["a",${text}]`, 100)).toEqual(reference(`["a",${text}]`));
      }),
      runs,
    );
  });

  it('is refused with one name more than the limit', () => {
    expect(parseNameList('["a","b"]', 2)).toEqual(['a', 'b']);
    expect(parseNameList('["a","b","c"]', 2)).toBe('too many names');
    expect(parseNameList('[]', 0)).toEqual([]);
  });

  it('is refused at its second character where it is arrays within arrays, however many', () => {
    expect(parseNameList('['.repeat(16_000_000), 100)).toBe(NOT_A_LIST);
  });
});
