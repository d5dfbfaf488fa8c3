import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestFile } from '../../support/test-server.ts';
import type { TestCheckout } from './shaman-load.ts';

export function blobFile(storage: string, { sha, sizeBytes }: TestFile): string {
  return join(storage, 'file-store/stored', sha.slice(0, 2), sha.slice(2), `${sizeBytes}.blob`);
}

/** Files that are not there with their content. */
export function lostFiles(storage: string, files: Iterable<TestFile>): string[] {
  return [...files].filter((file) => !holds(blobFile(storage, file), file)).map(({ name }) => name);
}

/** Files of which something is there under the final name, but not the content. */
export function halfFiles(storage: string, files: Iterable<TestFile>): string[] {
  return [...files]
    .filter((file) => existsSync(blobFile(storage, file)) && !holds(blobFile(storage, file), file))
    .map(({ name }) => name);
}

/** Checkouts that are not there with all their files. */
export function lostCheckouts(storage: string, checkouts: Iterable<TestCheckout>): string[] {
  return [...checkouts].filter((checkout) => !isWhole(storage, checkout)).map(({ path }) => path);
}

/** Checkouts that are there, but not whole. */
export function halfCheckouts(storage: string, checkouts: Iterable<TestCheckout>): string[] {
  return [...checkouts]
    .filter(({ path }) => existsSync(join(storage, 'jobs', path)))
    .filter((checkout) => !isWhole(storage, checkout))
    .map(({ path }) => path);
}

/** How many entries there are in what a killed server can leave behind. */
export function leftovers(storage: string): { uploads: number; buildings: number } {
  return {
    uploads: filesBelow(join(storage, 'file-store/uploading')),
    buildings: entries(join(storage, 'jobs/.waybill/building')).length,
  };
}

/** Puts a file there that nobody has asked for in 40 days. */
export function addGarbage(storage: string, file: TestFile): void {
  const path = blobFile(storage, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, file.content);
  const long = Date.now() / 1000 - 40 * 86_400;
  utimesSync(path, long, long);
}

function isWhole(storage: string, { path, files }: TestCheckout): boolean {
  return files.every((file) => holds(join(storage, 'jobs', path, file.path), file));
}

function holds(path: string, { sha }: TestFile): boolean {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex') === sha;
  } catch {
    return false;
  }
}

function entries(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function filesBelow(folder: string): number {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
}
