import path from 'node:path';
import type { AbortOptions, Durability } from '@waybill/common';
import { writeFileAtomic } from '@waybill/common';
import { formatHex } from '@waybill/digest';
import type { CutPlan } from './plan/cut-plan.ts';
import type { CutSource } from './segment-content.ts';
import { startCut } from './start-cut.ts';
import { archiveCut } from './types/encoded-cut.ts';
import { writeStandardOutput } from './write-standard-output.ts';

interface WriteCutOptions extends AbortOptions {
  readonly ffmpeg: string;
  readonly durability: Durability;
  /** `-` is standard output. */
  readonly path: string;
}

export interface WrittenCut {
  readonly path: string;
  readonly sizeBytes: number;
  /** Hex; null on standard output. */
  readonly sha256: string | null;
}

/** Writes a cut to a file, whole or not at all; an archive of several runs to `NAME_1.mkv` and so on. */
export async function writeCut(source: CutSource, plan: CutPlan, options: WriteCutOptions): Promise<WrittenCut[]> {
  const { ffmpeg, path: target, signal } = options;
  if (target === '-') {
    const sizeBytes = await writeStandardOutput(startCut(source, plan, ffmpeg, { signal }), { signal });
    return [{ path: '-', sizeBytes, sha256: null }];
  }
  const { runs, request } = plan;
  if (request.type !== 'archive' || runs.length === 1)
    return [await writeOne(target, startCut(source, plan, ffmpeg, { signal }), options)];
  const written: WrittenCut[] = [];
  for (const [index, run] of runs.entries())
    written.push(await writeOne(numbered(target, index + 1), archiveCut(source, run, ffmpeg, { signal }), options));
  return written;
}

async function writeOne(
  target: string,
  content: AsyncIterable<Uint8Array>,
  { durability, signal }: WriteCutOptions,
): Promise<WrittenCut> {
  const { sizeBytes, digest } = await writeFileAtomic(target, content, { durability, signal });
  return { path: target, sizeBytes, sha256: formatHex(digest) };
}

/** `show.mkv` → `show_1.mkv` */
function numbered(target: string, number: number): string {
  const { dir, name, ext } = path.parse(target);
  return path.join(dir, `${name}_${number.toString()}${ext}`);
}
