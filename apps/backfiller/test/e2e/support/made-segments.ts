import { digestText } from '../../support/test-names.ts';

export const CHANNEL = 'demo';
export const QUALITY = 'source';
/** Long ago, so that nothing in it is recent. */
export const HOUR = '2024-03-01T10';

export interface MadeSegment {
  readonly name: string;
  /** `CHANNEL/QUALITY/HOUR/NAME` */
  readonly path: string;
  readonly content: Uint8Array;
}

export interface SegmentShape {
  readonly channel?: string;
  readonly quality?: string;
  readonly hour?: string;
  readonly type?: 'full' | 'suspect' | 'partial';
  /** As it stands in the name; default `2.0`. */
  readonly seconds?: string;
  readonly content?: Uint8Array;
  /** Of a content that is not given; default 1,000. */
  readonly sizeBytes?: number;
}

const clock = (second: number): string =>
  [Math.floor(second / 60), second % 60].map((part) => String(part).padStart(2, '0')).join(':');

/** A segment whose name is true, `second` seconds into its hour. */
export const makeSegment = (second: number, shape: SegmentShape = {}): MadeSegment => {
  const { channel = CHANNEL, quality = QUALITY, hour = HOUR, type = 'full', seconds = '2.0', sizeBytes = 1000 } = shape;
  const folder = `${channel}/${quality}/${hour}`;
  const content = shape.content ?? Buffer.alloc(sizeBytes, `${folder} ${second} ${type} ${seconds} `);
  const name = `${clock(second)}.000000-${seconds}-${type}-${digestText(content)}.ts`;
  return { name, path: `${folder}/${name}`, content };
};

/** `count` segments of 2 s, one after the other; at most 1,800, which fill the hour. */
export const makeSegments = (count: number, shape: SegmentShape = {}): MadeSegment[] =>
  Array.from({ length: count }, (_, at) => makeSegment(2 * at, shape));

export const filesOf = (segments: readonly MadeSegment[]): Map<string, Uint8Array> =>
  new Map(segments.map(({ path, content }) => [path, content]));
