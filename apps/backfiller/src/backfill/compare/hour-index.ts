import { NEAR_DUPLICATE_MICROS, NearDuplicateIndex, tombstoneTarget, tryParseSegmentName } from '@waybill/segments';
import type { SegmentName } from '@waybill/segments';
import { IntervalSet } from './interval-set.ts';

/** What one local hour holds, in the forms in which it is asked: built once, then kept up by `add`. */
export class HourIndex {
  readonly #names = new Set<string>();
  readonly #fullStarts = new Set<number>();
  readonly #hidden = new Set<string>();
  /** The first segment of each content; nearly every content is there once. */
  readonly #firsts = new Map<string, SegmentName>();
  /** All but the first. */
  readonly #others = new NearDuplicateIndex();
  /** What full segments cover, micros within the hour; it may reach into the next hour. */
  readonly covered = new IntervalSet();

  constructor(names: Iterable<string>) {
    for (const name of names) this.add(name);
  }

  add(name: string): void {
    if (this.#names.has(name)) return;
    this.#names.add(name);
    const target = tombstoneTarget(name);
    if (target !== undefined) this.#hidden.add(target);
    else this.#addSegment(tryParseSegmentName(name));
  }

  /** As `add`, for whoever has read the name already. */
  addParsed(segment: SegmentName): void {
    if (this.#names.has(segment.name)) return;
    this.#names.add(segment.name);
    this.#addSegment(segment);
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  hasFullAt(startMicros: number): boolean {
    return this.#fullStarts.has(startMicros);
  }

  /** Whether a tombstone hides files of this name. */
  hides(name: string): boolean {
    return this.#hidden.size > 0 && this.#hidden.has(name.replace(/\.[^.]*$/, ''));
  }

  /** Whether the same content is here under a start that differs by at most 1 ms (spec 1.4). */
  hasNearDuplicate(segment: SegmentName): boolean {
    const first = this.#firsts.get(segment.hashText);
    return first !== undefined && (isNear(first, segment) || this.#others.has(segment));
  }

  #addSegment(segment: SegmentName | undefined): void {
    if (segment === undefined || segment.type === 'temp') return;
    if (this.#firsts.has(segment.hashText)) this.#others.add(segment);
    else this.#firsts.set(segment.hashText, segment);
    if (segment.type !== 'full') return;
    this.#fullStarts.add(segment.startMicros);
    this.covered.add(segment.startMicros, segment.startMicros + segment.durationMicros);
  }
}

function isNear(one: SegmentName, other: SegmentName): boolean {
  const isSame = one.durationMicros === other.durationMicros && one.type === other.type;
  return isSame && Math.abs(one.startMicros - other.startMicros) <= NEAR_DUPLICATE_MICROS;
}
