import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { type AbortOptions, ensureDirectory, writeUnhashed } from '@waybill/common';
import { findPathProblem } from '@waybill/shaman-protocol';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { MANIFEST_PLACE } from '../plan/assign-places.ts';
import type { PackManifest } from '../report/pack-manifest.ts';
import type { BadFile } from './check-files.ts';
import { parseManifest } from './read-manifest.ts';
import { PackInvalidError } from './verify-errors.ts';

/** As much of a ZIP as tracing needs, in a folder that goes when it is disposed. */
export interface UnpackedZip extends AsyncDisposable {
  readonly folder: string;
  /** Entries that are not what the ZIP itself says of them. */
  readonly badFiles: readonly BadFile[];
}

/**
 * Reads all entries, and compares their checksums. Only .blend files and the manifest are written; of all others there is a file
 * of the right length without content, which takes no room.
 * @throws PackInvalidError; system errors; the signal's reason
 */
export async function unpackZip(path: string, { signal }: AbortOptions = {}): Promise<UnpackedZip> {
  const folder = await mkdtemp(join(tmpdir(), 'waybill-verify-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    return { folder, badFiles: await unpack(path, folder, { signal }), [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function unpack(path: string, folder: string, options: AbortOptions): Promise<BadFile[]> {
  const zip = await openZip(path);
  try {
    const entries = await listEntries(zip, path);
    const manifest = await findManifest(zip, entries, path, options);
    const blends = new Set(manifest.files.filter(({ kind }) => kind === 'blend').map((file) => file.path));
    const badFiles: BadFile[] = [];
    for (const entry of entries) {
      options.signal?.throwIfAborted();
      const target = join(folder, ...entry.fileName.split('/'));
      const isNeeded = blends.has(entry.fileName) || entry.fileName === MANIFEST_PLACE;
      const problem = await unpackEntry(zip, entry, { target, isNeeded, ...options });
      if (problem !== undefined) badFiles.push({ path: entry.fileName, problem });
    }
    return badFiles;
  } finally {
    zip.close();
  }
}

async function openZip(path: string): Promise<ZipFile> {
  try {
    return await openPromise(path, { autoClose: false, lazyEntries: true });
  } catch (error) {
    throw (error as { code?: unknown }).code === undefined
      ? new PackInvalidError(path, messageOf(error), error)
      : error;
  }
}

/** Files only, in the order of the ZIP. */
async function listEntries(zip: ZipFile, path: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  const names = new Set<string>();
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith('/')) continue;
      const problem = findPathProblem(entry.fileName) ?? (names.has(entry.fileName) ? 'it is there twice' : undefined);
      if (problem !== undefined) throw new PackInvalidError(path, `${JSON.stringify(entry.fileName)}: ${problem}`);
      names.add(entry.fileName);
      entries.push(entry);
    }
  } catch (error) {
    throw error instanceof PackInvalidError ? error : new PackInvalidError(path, messageOf(error), error);
  }
  return entries;
}

/** As large as that of a pack of a million files. */
const LARGEST_MANIFEST_BYTES = 512 * 1024 * 1024;

async function findManifest(
  zip: ZipFile,
  entries: readonly Entry[],
  path: string,
  { signal }: AbortOptions,
): Promise<PackManifest> {
  const entry = entries.find(({ fileName }) => fileName === MANIFEST_PLACE);
  if (entry === undefined) throw new PackInvalidError(path, `it has no ${MANIFEST_PLACE}`);
  if (entry.uncompressedSize > LARGEST_MANIFEST_BYTES) throw new PackInvalidError(path, 'its manifest is too large');
  const pieces: Buffer[] = [];
  for await (const piece of await zip.openReadStreamPromise(entry)) {
    signal?.throwIfAborted();
    pieces.push(piece as Buffer);
  }
  return parseManifest(path, Buffer.concat(pieces));
}

interface UnpackEntryOptions extends AbortOptions {
  readonly target: string;
  readonly isNeeded: boolean;
}

async function unpackEntry(
  zip: ZipFile,
  entry: Entry,
  { target, isNeeded, signal }: UnpackEntryOptions,
): Promise<BadFile['problem'] | undefined> {
  const check = { crc: 0, failure: undefined as unknown };
  const content = checked(zip, entry, check);
  if (isNeeded) await writeUnhashed(target, content, { createParents: true, durability: 'none', signal });
  else {
    for await (const _piece of content) signal?.throwIfAborted();
    await makeEmpty(target, entry.uncompressedSize);
  }
  return check.failure === undefined && check.crc === entry.crc32 ? undefined : 'content';
}

/** What cannot be inflated ends there: it is one bad file, and the others are looked at all the same. */
async function* checked(
  zip: ZipFile,
  entry: Entry,
  check: { crc: number; failure: unknown },
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const piece of await zip.openReadStreamPromise(entry)) {
      check.crc = crc32(piece as Buffer, check.crc);
      yield piece as Buffer;
    }
  } catch (error) {
    check.failure = error;
  }
}

/** A file of this length that takes no room on the disk. */
async function makeEmpty(path: string, sizeBytes: number): Promise<void> {
  await ensureDirectory(dirname(path), { durability: 'none' });
  await using handle = await open(path, 'w');
  await handle.truncate(sizeBytes);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
