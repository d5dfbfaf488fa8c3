// A floor of every verified transfer in Node: reads the files of a folder and hashes them; nothing else.
// node hash-files.ts FOLDER
import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const [folder = ''] = process.argv.slice(2);
for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
  if (entry.isFile()) hash('sha256', readFileSync(path.join(entry.parentPath, entry.name)), 'base64url');
