export { cutStream } from './cut-stream.ts';
export { CHANNEL, QUALITIES, readStreamIndex } from './stream-index.ts';

export type { CutOptions } from './cut-stream.ts';
export type { IndexedSegment, StreamIndex } from './stream-index.ts';
