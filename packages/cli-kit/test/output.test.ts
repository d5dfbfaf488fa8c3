import { describe, expect, test } from 'vitest';
import { createOutput, formatTable, useColor } from '../src/index.ts';
import type { OutputInit } from '../src/index.ts';
import { fakeTerminal } from './support/fake-terminal.ts';

function outputTo(init: OutputInit = {}, isTTY = false) {
  const stdout = fakeTerminal({ isTTY });
  const stderr = fakeTerminal({ isTTY, columns: 80 });
  let nowMs = 0;
  const output = createOutput({ stdout, stderr, env: {}, now: () => nowMs, ...init });
  return { output, stdout, stderr, pass: (ms: number) => (nowMs += ms) };
}

describe('result', () => {
  test('goes to standard output as a table, a text or JSON, as it is', () => {
    const { output, stdout, stderr } = outputTo();
    output.result([
      { node: 'a', count: 5 },
      { node: 'bcd', count: 12 },
    ]);
    output.result('done');
    output.result({ holes: 2 });
    output.result(5, () => 'five');
    expect(stdout.text()).toBe('node  count\na         5\nbcd      12\ndone\n{\n  "holes": 2\n}\nfive\n');
    expect(stderr.text()).toBe('');
  });

  test('is one line of JSON with --json, whatever text there is', () => {
    const { output, stdout } = outputTo({ json: true });
    output.result([{ node: 'a' }], () => 'text');
    expect(stdout.text()).toBe('[{"node":"a"}]\n');
  });

  test('is shown with --quiet', () => {
    const { output, stdout } = outputTo({ quiet: true });
    output.result('done');
    expect(stdout.text()).toBe('done\n');
  });
});

describe('messages', () => {
  test('go to standard error, as much as is wanted', () => {
    const say = (init: OutputInit): string => {
      const { output, stdout, stderr } = outputTo(init);
      output.info('info');
      output.detail('detail');
      output.warn('careful');
      output.error(new Error('broken'));
      expect(stdout.text()).toBe('');
      return stderr.text().replaceAll(/\n +at .*/g, '');
    };
    expect(say({})).toBe('info\nwarning: careful\nerror: broken\n');
    expect(say({ quiet: true })).toBe('warning: careful\nerror: broken\n');
    expect(say({ verbose: true })).toBe('info\ndetail\nwarning: careful\nerror: Error: broken\n');
  });

  test('have colours on a terminal, and what names hold does not reach it', () => {
    const { output, stderr } = outputTo({}, true);
    output.warn('odd name \u001B[2J\u0007 at http://user:secret@host/');
    expect(stderr.text()).toBe('\u001B[33mwarning:\u001B[0m odd name \\x1b[2J\\x07 at http://***@host/\n');
  });
});

describe('useColor', () => {
  test.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
    [false, { FORCE_COLOR: '1' }, true],
    [false, { FORCE_COLOR: '' }, true],
    [true, { FORCE_COLOR: '0' }, false],
    [false, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
  ])('on a terminal: %j, with %j is %j', (isTTY, env, expected) => {
    expect(useColor(fakeTerminal({ isTTY }), env)).toBe(expected);
  });
});

describe('formatTable', () => {
  test('shows nothing for no rows, dashes for what is missing, and no line breaks inside of cells', () => {
    expect(formatTable([])).toBe('');
    expect(formatTable([{ a: 'x\ny' }, { b: null, c: ['z'] }])).toBe('a    b  c\nx y  -  -\n-    -  ["z"]\n');
  });

  test('shows the columns that are asked for, in their order', () => {
    expect(formatTable([{ a: 1, b: 2 }], ['b', 'a'])).toBe('b  a\n2  1\n');
  });
});

describe('progress', () => {
  test('is a bar with rate and remaining time on a terminal', () => {
    const { output, stderr, pass } = outputTo({}, true);
    const progress = output.progress({ total: 4_000_000, label: 'fetch', unit: 'bytes' });
    pass(1000);
    progress.advance(1_000_000);
    expect(stderr.text()).toBe(
      '\rfetch  [######------------------]  1.0 MB of 4.0 MB  25 %  1.0 MB/s  ETA 3.0 s\u001B[K',
    );
    pass(1000);
    progress.end();
    expect(stderr.writes.slice(-2)).toEqual(['\r\u001B[K', 'fetch  1.0 MB of 4.0 MB  in 2.0 s\n']);
  });

  test('is redrawn at most ten times a second', () => {
    const { output, stderr, pass } = outputTo({}, true);
    const progress = output.progress({ total: 10_000, label: 'fetch' });
    for (let count = 0; count < 10_000; count++) {
      pass(0.1);
      progress.advance();
    }
    expect(stderr.writes.length).toBeLessThanOrEqual(11);
    expect(stderr.writes.length).toBeGreaterThanOrEqual(9);
    progress.end();
  });

  test('fits the width of the terminal', () => {
    const stderr = fakeTerminal({ isTTY: true, columns: 20 });
    const output = createOutput({ stdout: fakeTerminal(), stderr, env: {}, now: () => 0 });
    const progress = output.progress({ total: 5, label: 'a long label of some work' });
    progress.advance();
    expect(stderr.writes[0]?.replace('\r', '').replace('\u001B[K', '').length).toBe(19);
    progress.end();
  });

  test('makes room for messages', () => {
    const { output, stderr } = outputTo({}, true);
    const progress = output.progress({ label: 'fetch' });
    progress.advance();
    output.info('hello');
    progress.advance();
    progress.end();
    expect(stderr.writes.slice(1, 3)).toEqual(['\r\u001B[K', 'hello\n']);
    expect(stderr.writes[3]).toMatch(/^\rfetch {2}2 {2}/);
  });

  test('is a line now and then where there is no terminal, and a last one', () => {
    const { output, stderr, pass } = outputTo();
    const progress = output.progress({ total: 100, label: 'hash' });
    for (let count = 0; count < 100; count++) {
      pass(200);
      progress.advance();
    }
    progress.end();
    progress.end();
    progress.advance();
    expect(stderr.text().split('\n')).toEqual([
      'hash  25 of 100  25 %  5/s  ETA 15.0 s',
      'hash  50 of 100  50 %  5/s  ETA 10.0 s',
      'hash  75 of 100  75 %  5/s  ETA 5.0 s',
      'hash  100 of 100  100 %  5/s',
      'hash  100 of 100  in 20.0 s',
      '',
    ]);
  });

  test('is nothing at all with --quiet', () => {
    const { output, stderr } = outputTo({ quiet: true }, true);
    const progress = output.progress({ total: 2, label: 'x' });
    progress.advance();
    progress.setTotal(5);
    progress.set(4);
    progress.end();
    expect(stderr.text()).toBe('');
  });

  test('works without a total, and with one that comes later', () => {
    const { output, stderr, pass } = outputTo({}, true);
    const progress = output.progress({ label: 'scan' });
    pass(1000);
    progress.set(5);
    pass(1000);
    progress.setTotal(10);
    progress.end();
    expect(stderr.writes[0]).toMatch(/^\rscan {2}5 {2}5\/s/);
    expect(stderr.writes[1]).toMatch(/5 of 10 {2}50 %/);
  });
});
