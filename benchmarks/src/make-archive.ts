import { randomBytes, createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { formatHour, parseHour } from '@waybill/segments';

const HOUR_MICROS = 3_600_000_000;

export interface ArchiveShape {
  channel: string;
  quality: string;
  hours: number;
  segmentsPerHour: number;
  sizeBytes: number;
  /** `YYYY-MM-DDTHH`; default `2026-01-01T00`. */
  firstHour?: string;
}

function contentOf(sizeBytes: number, seed: Buffer, index: number): Buffer {
  const content = Buffer.alloc(sizeBytes, seed);
  content.writeUInt32BE(index, 0);
  return content;
}

function nameOf(content: Buffer, index: number, segmentsPerHour: number): string {
  const seconds = (index * 3600) / segmentsPerHour;
  const minute = String(Math.floor(seconds / 60)).padStart(2, '0');
  const second = (seconds % 60).toFixed(6).padStart(9, '0');
  const hash = createHash('sha256').update(content).digest('base64url');
  return `${minute}:${second}-${(3600 / segmentsPerHour).toFixed(1)}-full-${hash}.ts`;
}

/** Writes an archive of segments with right names; resolves to the number of segments. */
export function makeArchive(base: string, shape: ArchiveShape): number {
  const seed = randomBytes(64 * 1024);
  const first = parseHour(shape.firstHour ?? '2026-01-01T00');
  for (let hour = 0; hour < shape.hours; hour++) {
    const folder = path.join(base, shape.channel, shape.quality, formatHour(first + hour * HOUR_MICROS));
    mkdirSync(folder, { recursive: true });
    for (let index = 0; index < shape.segmentsPerHour; index++) {
      const content = contentOf(shape.sizeBytes, seed, hour * shape.segmentsPerHour + index);
      writeFileSync(path.join(folder, nameOf(content, index, shape.segmentsPerHour)), content);
    }
  }
  return shape.hours * shape.segmentsPerHour;
}
