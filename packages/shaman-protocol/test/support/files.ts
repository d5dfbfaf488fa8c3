import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { findPathProblem } from '../../src/index.ts';
import type { ShamanFile } from '../../src/index.ts';

export function shaOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export function file(path: string, text = path): ShamanFile {
  return { sha: shaOf(text), sizeBytes: Buffer.byteLength(text), path };
}

export const shas = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));
export const sizes = fc.nat({ max: Number.MAX_SAFE_INTEGER });

/** Any path that the rules let pass, and that a v2 line gives back: without blanks in front. */
export const paths = fc
  .array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 5 })
  .map((names) => names.join('/').trim())
  .filter((path) => findPathProblem(path) === undefined);

/** Definitions of paths that cannot collide. */
export const definitions = fc
  .array(fc.record({ sha: shas, sizeBytes: sizes, path: paths }), { maxLength: 20 })
  .map((files) => files.map((entry, place) => ({ ...entry, path: `${place}/${entry.path}` })));
