import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addUpReports, formatTotals, ranAny, reportEndedBadly } from '../src/test-report.ts';

const test = (status: string, fullName = status) => ({ status, fullName });
const report = (testResults: object[], numPassedTests: number, numFailedTests: number) => ({
  numPassedTests,
  numFailedTests,
  testResults,
});

describe('addUpReports', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'waybill-report-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const put = (name: string, content: object): void => {
    writeFileSync(path.join(folder, name), JSON.stringify(content));
  };

  it('adds the counts of all reports and names what was skipped', () => {
    put(
      'a.json',
      report(
        [
          {
            name: '/x/a.test.ts',
            status: 'passed',
            assertionResults: [test('passed'), test('skipped', 'needs ffmpeg')],
          },
        ],
        1,
        0,
      ),
    );
    put(
      'b.json',
      report([{ name: '/x/b.test.ts', status: 'failed', assertionResults: [test('failed'), test('passed')] }], 1, 1),
    );
    expect(addUpReports(folder)).toEqual({
      passed: 2,
      failed: 1,
      skipped: 1,
      skippedTitles: ['a.test.ts: needs ffmpeg'],
      failedTitles: ['b.test.ts: failed'],
    });
  });

  it('counts a file that could not be loaded as a failure', () => {
    put('a.json', report([{ name: '/x/a.test.ts', status: 'failed', assertionResults: [] }], 0, 0));
    expect(addUpReports(folder).failed).toBe(1);
  });

  it('counts a runner that ended badly after all tests had passed', () => {
    put('a.json', report([{ name: '/x/a.test.ts', status: 'passed', assertionResults: [test('passed')] }], 1, 0));
    reportEndedBadly(folder, 'vitest', 1);
    const { passed, failed, failedTitles } = addUpReports(folder);
    expect({ passed, failed }).toEqual({ passed: 1, failed: 1 });
    expect(failedTitles).toEqual([expect.stringContaining('vitest: ended with 1')]);
  });

  it('throws where a report is cut off', () => {
    writeFileSync(path.join(folder, 'a.json'), '{"numPassed');
    expect(() => addUpReports(folder)).toThrow(SyntaxError);
  });
});

describe('ranAny', () => {
  it('is false where there was no test, and true where all have skipped themselves', () => {
    const none = { passed: 0, failed: 0, skipped: 0 };
    expect(ranAny(none)).toBe(false);
    expect(ranAny({ ...none, skipped: 1 })).toBe(true);
    expect(ranAny({ ...none, passed: 1 })).toBe(true);
  });
});

describe('formatTotals', () => {
  it('leaves out skipped where nothing was', () => {
    expect(formatTotals({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed');
    expect(formatTotals({ passed: 3, failed: 1, skipped: 2 })).toBe('3 passed, 1 failed, 2 skipped');
  });
});
