import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readStreamIndex } from '@waybill/stream-fixture';
import type { OpenedContent } from '../../../src/archive/archive.ts';
import type { CutPlan } from '../../../src/cut/plan/cut-plan.ts';
import { planCut } from '../../../src/cut/plan/cut-plan.ts';
import type { CutType } from '../../../src/cut/plan/cut-request.ts';
import type { CutSource } from '../../../src/cut/segment-content.ts';

const START_MICROS = Date.UTC(2025, 2, 14, 12) * 1000;
const SEGMENT_MICROS = 2_000_000;
const PIECE_BYTES = 64 * 1024;

/** A cut of so many segments without a hole, wanted from first frame to last. */
export function longPlan(type: CutType, segments: number): CutPlan {
  const range = { startMicros: START_MICROS, endMicros: START_MICROS + segments * SEGMENT_MICROS };
  const sequence = Array.from({ length: segments }, (_, index) => {
    const startMicros = START_MICROS + index * SEGMENT_MICROS;
    const times = { startMicros, durationMicros: SEGMENT_MICROS, endMicros: startMicros + SEGMENT_MICROS };
    return {
      ...times,
      hour: '2025-03-14T12',
      name: `${index}.ts`,
      type: 'full' as const,
      cutMicros: null,
      digest: null,
    };
  });
  return planCut({ channel: 'c', quality: 'q', type, ranges: [range], transitions: [], allowHoles: false }, [sequence]);
}

/** Segments that count how they are read: each is one of the fixture, and packets that only fill. */
export class CountedSource {
  opened = 0;
  open = 0;
  mostOpen = 0;
  givenBytes = 0;
  readonly segment: Buffer;

  constructor(fillPackets: number) {
    const { file, segments } = readStreamIndex().qualities['source'] ?? {};
    const { offsetBytes = 0, sizeBytes = 0 } = segments?.[3] ?? {};
    const folder = path.resolve(import.meta.dirname, '../../../../../examples/stream-fixture');
    const all = readFileSync(path.join(folder, file ?? ''));
    const fill = Buffer.alloc(188, 0xff);
    fill.set([0x47, 0x1f, 0xff, 0x10]);
    const packets = Array.from({ length: fillPackets }, () => fill);
    this.segment = Buffer.concat([all.subarray(offsetBytes, offsetBytes + sizeBytes), ...packets]);
  }

  get source(): CutSource {
    return { archive: { open: () => Promise.resolve(this.#opened()) }, channel: 'c', quality: 'q' };
  }

  #opened(): OpenedContent {
    this.opened += 1;
    this.open += 1;
    this.mostOpen = Math.max(this.mostOpen, this.open);
    const stream = this.#stream.bind(this);
    return { sizeBytes: this.segment.length, modifiedMs: 0, bytes: undefined, stream, close: () => Promise.resolve() };
  }

  async *#stream(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (let at = 0; at < this.segment.length; at += PIECE_BYTES) {
        await Promise.resolve();
        const piece = this.segment.subarray(at, at + PIECE_BYTES);
        this.givenBytes += piece.length;
        yield piece;
      }
    } finally {
      this.open -= 1;
    }
  }
}
