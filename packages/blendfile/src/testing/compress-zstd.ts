import { zstdCompressSync } from 'node:zlib';
import { encodeSeekTable } from '../source/zstd-seek-table.ts';

/** A file as Blender 3.0 on stores it compressed: zstd frames of `frameBytes` each, and a seek table. */
export function compressZstd(content: Uint8Array, frameBytes = 1024 * 1024): Uint8Array {
  const frames: Uint8Array[] = [];
  const sizes: { storedBytes: number; contentBytes: number }[] = [];
  for (let at = 0; at < content.length; at += frameBytes) {
    const part = content.subarray(at, at + frameBytes);
    const frame = zstdCompressSync(part);
    frames.push(frame);
    sizes.push({ storedBytes: frame.length, contentBytes: part.length });
  }
  return new Uint8Array(Buffer.concat([...frames, encodeSeekTable(sizes)]));
}
