/**
 * What is wrong with one file; three things that are never mixed up. `corrupt`: its content is not what its name says.
 * `unreadable`: the system could not read it. `without-digest`: its name does not say what it should hold.
 */
export type VerifyProblem =
  | {
      readonly kind: 'corrupt';
      /** `CHANNEL/QUALITY/HOUR/NAME` */
      readonly path: string;
      readonly sizeBytes: number;
      /** Both in base64url, as in names. */
      readonly expected: string;
      readonly actual: string;
      /** Where it was set aside: its new, honest name. */
      readonly setAsideAs?: string;
      /** Why it could not be set aside. */
      readonly setAsideError?: string;
    }
  | { readonly kind: 'unreadable'; readonly path: string; readonly error: string }
  | { readonly kind: 'without-digest'; readonly path: string };

export type VerifyProblemKind = VerifyProblem['kind'];

export interface VerifyReport {
  /** Everything was looked at, and everything is what its name says. */
  readonly ok: boolean;
  /** False where it was aborted, or where a listing failed (see `listingErrors`). */
  readonly finished: boolean;
  /** Files whose content was read to its end. */
  readonly checked: number;
  readonly bytes: number;
  /** Removed between listing and reading, which is no fault. */
  readonly vanished: number;
  readonly counts: Readonly<Record<VerifyProblemKind, number>>;
  readonly setAside: number;
  readonly listingErrors: readonly string[];
  /** The first ones, up to MAX_PROBLEMS; `counts` counts all. */
  readonly problems: readonly VerifyProblem[];
  /** Hours (`CHANNEL/QUALITY/HOUR`) from which something was set aside. */
  readonly hoursToRefill: readonly string[];
  readonly seconds: number;
}

/** Some 5 MB of report; whoever has more corrupt files needs another disk and no longer list. */
export const MAX_PROBLEMS = 10_000;
