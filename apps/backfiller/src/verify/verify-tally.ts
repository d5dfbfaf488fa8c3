import { MAX_PROBLEMS } from './verify-report.ts';
import type { VerifyProblem, VerifyProblemKind, VerifyReport } from './verify-report.ts';

/** Counts what a verification finds. */
export class VerifyTally {
  checked = 0;
  bytes = 0;
  vanished = 0;
  readonly #startedMs = performance.now();
  readonly #counts: Record<VerifyProblemKind, number> = { corrupt: 0, unreadable: 0, 'without-digest': 0 };
  readonly #problems: VerifyProblem[] = [];
  readonly #listingErrors: string[] = [];
  readonly #hoursToRefill = new Set<string>();
  #setAside = 0;

  get problemCount(): number {
    return Object.values(this.#counts).reduce((sum, count) => sum + count, 0);
  }

  noteChecked(sizeBytes: number): void {
    this.checked += 1;
    this.bytes += sizeBytes;
  }

  noteProblem(problem: VerifyProblem): void {
    this.#counts[problem.kind] += 1;
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push(problem);
    if (problem.kind !== 'corrupt' || problem.setAsideAs === undefined) return;
    this.#setAside += 1;
    this.#hoursToRefill.add(problem.path.slice(0, problem.path.lastIndexOf('/')));
  }

  noteListingError(path: string, error: unknown): void {
    this.#listingErrors.push(`${path}: ${describeError(error)}`);
  }

  toReport(aborted: boolean): VerifyReport {
    const counts = { ...this.#counts };
    const finished = !aborted && this.#listingErrors.length === 0;
    return {
      ok: finished && Object.values(counts).every((count) => count === 0),
      finished,
      checked: this.checked,
      bytes: this.bytes,
      vanished: this.vanished,
      counts,
      setAside: this.#setAside,
      listingErrors: [...this.#listingErrors],
      problems: [...this.#problems],
      hoursToRefill: [...this.#hoursToRefill].sort(),
      seconds: (performance.now() - this.#startedMs) / 1000,
    };
  }
}

export const describeError = (error: unknown): string => (error instanceof Error ? error.message : String(error));
