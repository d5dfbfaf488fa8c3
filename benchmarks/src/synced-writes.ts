// A floor of every acknowledged transfer in Node: writes as many files as a folder has, each synced and renamed into place,
// each directory synced; no network and no hash.
// node synced-writes.ts FOLDER TARGET
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, statSync, writeSync } from 'node:fs';
import path from 'node:path';

const [folder = '', target = ''] = process.argv.slice(2);

function sync(directory: string): void {
  const handle = openSync(directory, 'r');
  fsyncSync(handle);
  closeSync(handle);
}

const directories = new Set<string>();
for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const directory = path.join(target, path.relative(folder, entry.parentPath));
  if (!directories.has(directory)) mkdirSync(directory, { recursive: true });
  directories.add(directory);
  const temp = path.join(directory, `${entry.name}.temp`);
  const handle = openSync(temp, 'wx');
  writeSync(handle, Buffer.alloc(statSync(path.join(entry.parentPath, entry.name)).size, 1));
  fsyncSync(handle);
  closeSync(handle);
  renameSync(temp, path.join(directory, entry.name));
}
for (const directory of directories) sync(directory);
