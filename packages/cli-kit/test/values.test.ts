import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { values } from '../src/index.ts';

function accepted(schema: z.ZodType, inputs: readonly (readonly [unknown, unknown])[]): void {
  for (const [input, expected] of inputs) expect(schema.safeParse(input)).toEqual({ success: true, data: expected });
}

function refused(schema: z.ZodType, inputs: readonly unknown[]): void {
  for (const input of inputs) expect([input, schema.safeParse(input).success]).toEqual([input, false]);
}

describe('integer', () => {
  test('takes text and numbers in its range', () => {
    accepted(values.integer({ min: -1, max: 10 }), [
      ['10', 10],
      [' 5 ', 5],
      ['-1', -1],
      ['1e1', 10],
      [7, 7],
      ['+3', 3],
    ]);
    refused(values.integer({ min: -1, max: 10 }), [
      '',
      ' ',
      '11',
      '-2',
      '1.5',
      '0x1',
      'ten',
      '5 5',
      true,
      null,
      [],
      NaN,
      Infinity,
    ]);
  });
});

describe('decimal', () => {
  test('takes fractions', () => {
    accepted(values.decimal({ min: 0 }), [
      ['0.5', 0.5],
      ['.5', 0.5],
      ['5.', 5],
      [0, 0],
      ['1e3', 1000],
    ]);
    refused(values.decimal({ min: 0 }), ['', '-1', 'NaN', 'Infinity', '1,5', '1e999']);
  });
});

describe('toggle', () => {
  test('takes words and booleans', () => {
    accepted(values.toggle(), [
      ['Yes', true],
      ['on', true],
      [true, true],
      ['OFF', false],
      ['0', false],
      [false, false],
    ]);
    refused(values.toggle(), ['', 'y', 'nope', 1, 0, null]);
  });
});

describe('list', () => {
  test('takes commas and arrays, and checks each item', () => {
    accepted(values.list(values.integer()), [
      ['1, 2,,3', [1, 2, 3]],
      ['', []],
      [
        [1, '2'],
        [1, 2],
      ],
      [[], []],
    ]);
    refused(values.list(values.integer()), ['1,x', [1, 'x'], 5, null]);
  });

  test('gives back any names that are joined with commas', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9_.-]+$/);
    fc.assert(
      fc.property(fc.array(name), (names) => {
        expect(values.list(values.text()).parse(names.join(','))).toEqual(names);
        expect(values.list(values.text()).parse(names)).toEqual(names);
      }),
    );
  });
});

describe('url', () => {
  test('takes http and https only', () => {
    accepted(values.url(), [
      ['http://host:80/a', 'http://host:80/a'],
      ['https://u:p@host/', 'https://u:p@host/'],
    ]);
    refused(values.url(), ['host', 'ftp://host/', 'file:///x', '', 5]);
  });
});

describe('bytes', () => {
  test('takes numbers and powers of 1024', () => {
    accepted(values.bytes(), [
      ['10', 10],
      ['512k', 524_288],
      ['20M', 20_971_520],
      ['1.5G', 1_610_612_736],
      ['1GiB', 2 ** 30],
      [5, 5],
    ]);
    refused(values.bytes(), ['', '-1', '5x', '1.5', 'k', -1]);
  });
});

describe('duration', () => {
  test('takes units, and seconds without one, as milliseconds', () => {
    accepted(values.duration(), [
      ['250ms', 250],
      ['30', 30_000],
      ['1.5s', 1500],
      ['5m', 300_000],
      ['2h', 7_200_000],
      ['14d', 1_209_600_000],
      [3, 3000],
    ]);
    refused(values.duration(), ['', '-1s', '5y', 'soon', -1]);
  });
});

describe('oneOf and text', () => {
  test('take what they say', () => {
    accepted(values.oneOf(['a', 'b']), [['a', 'a']]);
    refused(values.oneOf(['a', 'b']), ['A', '', 'c', 1]);
    accepted(values.text(), [['x', 'x']]);
    refused(values.text(), ['', 1, null]);
  });
});
