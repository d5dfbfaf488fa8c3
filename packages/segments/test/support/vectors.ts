import best from '../fixtures/best-vectors.json' with { type: 'json' };
import parse from '../fixtures/parse-vectors.json' with { type: 'json' };

/** One path and what wubloader's parser said to it. */
export interface ParseVector {
  readonly group: string;
  readonly path: string;
  readonly ok: boolean;
  readonly error?: string;
  readonly channel?: string | null;
  readonly quality?: string | null;
  readonly startMicros?: number | null;
  readonly durationMicros?: number;
  readonly type?: string;
  readonly hashHex?: string | null;
  readonly beyondSafeInteger?: boolean;
}

/** A small archive (names and sizes) and the sequences that wubloader chose from it. */
export interface BestScenario {
  readonly name: string;
  readonly files: readonly { readonly path: string; readonly size: number }[];
  readonly queries: readonly BestQuery[];
}

export interface BestQuery {
  readonly startMicros: number;
  readonly endMicros: number;
  readonly allowHoles: boolean;
  readonly ok: boolean;
  readonly error?: string;
  readonly result?: readonly (string | null)[];
}

export const parseVectors: readonly ParseVector[] = parse.vectors;
export const bestScenarios: readonly BestScenario[] = best.scenarios;
