import { createHash, hash } from 'node:crypto';

export interface BenchFile {
  readonly sha: string;
  readonly path: string;
  readonly bytes: Buffer;
}

/** Content that differs from all others and does not compress. */
export function benchFile(index: number, sizeBytes: number, series = 'a'): BenchFile {
  const block = createHash('shake256', { outputLength: Math.min(sizeBytes, 16_384) })
    .update(`${series} ${index}`)
    .digest();
  const bytes = Buffer.alloc(sizeBytes, block);
  return { sha: hash('sha256', bytes, 'hex'), path: `textures/${index % 50}/file-${index}.bin`, bytes };
}

/** A definition without content: names and digests that nothing has. */
export function benchDefinition(count: number): { sha: string; size: number; path: string }[] {
  return Array.from({ length: count }, (_, index) => ({
    sha: hash('sha256', `definition ${index}`, 'hex'),
    size: 1000 + index,
    path: `shots/${index % 100}/cache-${index}.vdb`,
  }));
}

/** Bytes as a client reads them from a file. */
export async function* contentOf(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield await Promise.resolve(bytes);
}
