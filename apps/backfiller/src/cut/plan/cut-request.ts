/** rough: whole segments; fast: exact, timestamps as recorded; smart: exact, timestamps from 0; mpegts, webm: encoded anew; archive: Matroska. */
export const CUT_TYPES = ['fast', 'rough', 'smart', 'mpegts', 'webm', 'archive'] as const;
export type CutType = (typeof CUT_TYPES)[number];

/** Micros since the epoch; the end is exclusive. */
export interface CutRange {
  readonly startMicros: number;
  readonly endMicros: number;
}

export interface Transition {
  /** One of TRANSITIONS. */
  readonly name: string;
  readonly micros: number;
}

export interface CutRequest {
  readonly channel: string;
  readonly quality: string;
  readonly type: CutType;
  /** One at least. They may overlap and go back in time. */
  readonly ranges: readonly CutRange[];
  /** Between a range and the next; null, and what is missing, is a hard cut. */
  readonly transitions: readonly (Transition | null)[];
  readonly allowHoles: boolean;
}
