import type { SegmentName } from '@waybill/segments';
import type { WantedItem } from './wanted-item.ts';

/** Two starts of one content that count as one (spec 1.4). */
const NEAR_MICROS = 1000;

/** What is wanted of an hour by its content. Nearly every digest is there once, and needs no map of its own. */
export class WantedContents {
  readonly #single = new Map<string, WantedItem>();
  /** By digest, then by start: of the digests that came more than once. */
  readonly #several = new Map<string, Map<string, WantedItem>>();

  add(segment: SegmentName, item: WantedItem): void {
    const { hashText } = segment;
    const single = this.#single.get(hashText);
    const several = this.#several.get(hashText);
    if (single === undefined && several === undefined) this.#single.set(hashText, item);
    else addFirst(several ?? this.#spread(hashText, single), segment, item);
  }

  remove(segment: SegmentName, item: WantedItem): void {
    const { hashText } = segment;
    if (this.#single.get(hashText) === item) this.#single.delete(hashText);
    const several = this.#several.get(hashText);
    const key = contentKey(segment);
    if (several?.get(key) !== item) return;
    several.delete(key);
    if (several.size === 0) this.#several.delete(hashText);
  }

  /** Another name of the same content whose start differs by at most 1 ms. */
  near(segment: SegmentName): WantedItem | undefined {
    const single = this.#single.get(segment.hashText);
    if (single !== undefined) return isNear(single.segment, segment) ? single : undefined;
    const several = this.#several.get(segment.hashText);
    if (several === undefined) return undefined;
    return [-1, 0, 1]
      .map((step) => several.get(contentKey(segment, step)))
      .find((item) => isNear(item?.segment, segment));
  }

  #spread(hashText: string, single: WantedItem | undefined): Map<string, WantedItem> {
    const several = new Map<string, WantedItem>();
    if (single?.segment !== undefined) addFirst(several, single.segment, single);
    this.#single.delete(hashText);
    this.#several.set(hashText, several);
    return several;
  }
}

/** Of one step of time one is enough. */
function addFirst(several: Map<string, WantedItem>, segment: SegmentName, item: WantedItem): void {
  const key = contentKey(segment);
  if (!several.has(key)) several.set(key, item);
}

/** By start in steps of 1 ms: what is near lies in the same step or the next. */
function contentKey({ startMicros, durationMicros, type }: SegmentName, shift = 0): string {
  return `${Math.floor(startMicros / NEAR_MICROS) + shift} ${durationMicros} ${type}`;
}

function isNear(one: SegmentName | undefined, other: SegmentName): boolean {
  if (one === undefined || one.name === other.name) return false;
  const isSame = one.durationMicros === other.durationMicros && one.type === other.type;
  return isSame && Math.abs(one.startMicros - other.startMicros) <= NEAR_MICROS;
}
