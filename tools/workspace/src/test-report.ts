import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The part of vitest's JSON report (Jest's format) that is added up. */
interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numFailedTestSuites: number;
  numPendingTests: number;
  numTodoTests: number;
  success: boolean;
  testResults: { name: string; status: string; assertionResults: { fullName: string; status: string }[] }[];
}

export interface TestCounts {
  passed: number;
  failed: number;
  skipped: number;
}

export interface TestTotals extends TestCounts {
  /** Full titles of what was skipped, with the file. */
  skippedTitles: string[];
  /** Full titles of what failed, with the file. */
  failedTitles: string[];
}

const SKIPPED = new Set(['pending', 'skipped', 'todo']);

function readReport(file: string): VitestReport {
  return JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
}

/** A file that could not be loaded has no tests in the report: it counts as one failure of its own. */
function brokenFiles(report: VitestReport): string[] {
  return report.testResults
    .filter(
      ({ status, assertionResults }) =>
        status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
    )
    .map(({ name }) => `${path.basename(name)}: the file as a whole`);
}

function titlesOf(report: VitestReport, wanted: (status: string) => boolean): string[] {
  return report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => wanted(status))
      .map(({ fullName }) => `${path.basename(name)}: ${fullName}`),
  );
}

/** Adds up all reports in a folder. Throws where one cannot be read. */
export function addUpReports(folder: string): TestTotals {
  const totals: TestTotals = { passed: 0, failed: 0, skipped: 0, skippedTitles: [], failedTitles: [] };
  for (const name of readdirSync(folder).filter((entry) => entry.endsWith('.json'))) {
    const report = readReport(path.join(folder, name));
    const broken = brokenFiles(report);
    totals.passed += report.numPassedTests;
    totals.failed += report.numFailedTests + broken.length;
    totals.failedTitles.push(...titlesOf(report, (status) => status === 'failed'), ...broken);
    totals.skippedTitles.push(...titlesOf(report, (status) => SKIPPED.has(status)));
  }
  return { ...totals, skipped: totals.skippedTitles.length };
}

/**
 * Notes in the folder that a runner ended badly although its report names no failure: an error that no test caught, after
 * which vitest ends with 1 and every test has passed. Without this the sum would say that all is well.
 */
export function reportEndedBadly(folder: string, runner: string, status: number | null): void {
  const title = `ended with ${String(status)} though no test failed: see "Unhandled Errors" in its output`;
  const testResults = [{ name: runner, status: 'failed', assertionResults: [{ fullName: title, status: 'failed' }] }];
  const report = { numPassedTests: 0, numFailedTests: 1, testResults };
  writeFileSync(path.join(folder, 'ended-badly.json'), JSON.stringify(report));
}

/** False where a runner found nothing to run: that looks like success and is none. What skipped itself said so. */
export function ranAny({ passed, failed, skipped }: TestCounts): boolean {
  return passed + failed + skipped > 0;
}

/** `N passed, N failed`, and `, N skipped` where there are any. */
export function formatTotals({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
