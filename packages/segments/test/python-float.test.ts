import { describe, expect, it } from 'vitest';
import { microsOfSeconds } from '../src/duration.ts';
import { formatDuration } from '../src/index.ts';
import { formatPythonFloat, parsePythonFloat, parsePythonInteger } from '../src/python-float.ts';
import recorded from './fixtures/python-floats.json' with { type: 'json' };

describe('formatPythonFloat', () => {
  it('gives the repr that Python was recorded to give', () => {
    const rows = recorded.reprOfFloats as [number, string][];
    expect(rows.length).toBeGreaterThan(70);
    for (const [value, text] of rows) expect(formatPythonFloat(value)).toBe(text);
  });

  it.each([
    [0, '0.0'],
    [-0, '-0.0'],
    [1e-4, '0.0001'],
    [1e-5, '1e-05'],
    [1e15, '1000000000000000.0'],
    [1e16, '1e+16'],
    [1.5e300, '1.5e+300'],
  ])('writes %d as %s', (value, text) => {
    expect(formatPythonFloat(value)).toBe(text);
  });
});

describe('formatDuration', () => {
  it('gives the repr that Python was recorded to give for the seconds', () => {
    const rows = recorded.reprOfMicros as [number, string][];
    expect(rows.length).toBeGreaterThan(150);
    for (const [micros, text] of rows) expect(formatDuration(micros)).toBe(text);
  });

  it('reads back to the same micros, up to 2^32 s', () => {
    for (const [micros] of recorded.reprOfMicros as [number, string][]) {
      expect(microsOfSeconds(parsePythonFloat(formatDuration(micros)))).toBe(micros);
    }
  });
});

describe('microsOfSeconds', () => {
  it('rounds as the recorded timedelta does, halves included', () => {
    const rows = recorded.timedeltaMicros as [string, number][];
    expect(rows.length).toBeGreaterThan(190);
    for (const [text, micros] of rows) expect([text, microsOfSeconds(parsePythonFloat(text))]).toEqual([text, micros]);
  });

  it.each([NaN, Infinity, -1, -0.5, 8.64e13])('has no micros for %d', (seconds) => {
    expect(microsOfSeconds(seconds)).toBeUndefined();
  });
});

describe('parsePythonFloat and parsePythonInteger', () => {
  it.each([
    ['1_000.5', 1000.5],
    [' 2.0\n', 2],
    ['\u00a02.0', 2],
    ['+2.', 2],
    ['.5', 0.5],
    ['1E3', 1000],
    ['\u0661\u0662', 12],
    ['\u{1d7da}.5', 2.5],
    ['-inf', -Infinity],
    ['Infinity', Infinity],
  ])('takes %j as a float', (text, value) => {
    expect(parsePythonFloat(text)).toBe(value);
  });

  it.each([
    '',
    '.',
    '1_',
    '_1',
    '1__0',
    '1_.0',
    '1._0',
    '0x10',
    '1e',
    '1 0',
    '1e5.0',
    'nan',
    '\u00bd',
    '\u200b1',
    '1\0',
  ])('takes %j for no float', (text) => {
    expect(parsePythonFloat(text)).toBeNaN();
  });

  it.each([
    ['+5', 5],
    ['-0', -0],
    [' 7 ', 7],
    ['1_0', 10],
    ['\u0967\u0968', 12],
  ])('takes %j as an integer', (text, value) => {
    expect(parsePythonInteger(text)).toBe(value);
  });

  it.each(['', '1.0', '1e3', '+ 5', '0x1', '5_', '--5', '\x1c5'])('takes %j for no integer', (text) => {
    expect(parsePythonInteger(text)).toBeNaN();
  });
});
