import { readdirSync, readFileSync } from 'node:fs';
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

export interface TestTotals {
  passed: number;
  failed: number;
  skipped: number;
  /** Full titles of what was skipped, with the file. */
  skippedTitles: string[];
}

const SKIPPED = new Set(['pending', 'skipped', 'todo']);

function readReport(file: string): VitestReport {
  return JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
}

/** A file that could not be loaded has no tests in the report: it counts as one failure of its own. */
function brokenFiles(report: VitestReport): number {
  return report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  ).length;
}

/** Adds up all reports in a folder. Throws where one cannot be read. */
export function addUpReports(folder: string): TestTotals {
  const totals: TestTotals = { passed: 0, failed: 0, skipped: 0, skippedTitles: [] };
  for (const name of readdirSync(folder).filter((entry) => entry.endsWith('.json'))) {
    const report = readReport(path.join(folder, name));
    totals.passed += report.numPassedTests;
    totals.failed += report.numFailedTests + brokenFiles(report);
    for (const { name: file, assertionResults } of report.testResults) {
      for (const test of assertionResults.filter(({ status }) => SKIPPED.has(status))) {
        totals.skipped += 1;
        totals.skippedTitles.push(`${path.basename(file)}: ${test.fullName}`);
      }
    }
  }
  return totals;
}

/** False where a runner found nothing to run: that looks like success and is none. What skipped itself said so. */
export function ranAny({ passed, failed, skipped }: TestTotals): boolean {
  return passed + failed + skipped > 0;
}

/** `N passed, N failed`, and `, N skipped` where there are any. */
export function formatTotals({ passed, failed, skipped }: TestTotals): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
