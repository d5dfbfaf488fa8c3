import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import type { PackEntry } from './pack-target.ts';

/** Compressed by their own format: deflating them costs time and gains nothing. */
const COMPRESSED: ReadonlySet<string> = new Set([
  ...['.png', '.jpg', '.jpeg', '.webp', '.jp2', '.exr', '.heic', '.avif', '.gif'],
  ...['.mp4', '.m4v', '.mov', '.mkv', '.webm', '.avi', '.mpg', '.mpeg', '.ts', '.mts'],
  ...['.mp3', '.ogg', '.opus', '.flac', '.m4a', '.aac'],
  ...['.zip', '.gz', '.zst', '.xz', '.bz2', '.7z', '.rar', '.vdb', '.usdz', '.woff', '.woff2'],
]);

/** gzip and zstd: how Blender compresses its files. */
const MAGICS = [Buffer.from([0x1f, 0x8b]), Buffer.from([0x28, 0xb5, 0x2f, 0xfd])];

/** By the kind of file; a .blend, or whatever its name does not tell, by its first bytes. */
export async function isWorthDeflating({ place, source }: PackEntry): Promise<boolean> {
  if (COMPRESSED.has(extname(place).toLowerCase())) return false;
  if (source === undefined) return true;
  await using handle = await open(source);
  const start = Buffer.alloc(4);
  await handle.read(start, 0, start.length, 0);
  return !MAGICS.some((magic) => start.subarray(0, magic.length).equals(magic));
}
