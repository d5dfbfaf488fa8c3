// Writes docs/reference and docs/man from the programs' own declarations: `pnpm reference`.
import { globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { GENERATED_FOLDERS, generatedFiles } from './generated-files.ts';
import { ROOT } from './program-description.ts';

const files = await generatedFiles();
const there = globSync(
  GENERATED_FOLDERS.map((folder) => `${folder}/*`),
  { cwd: ROOT },
);
for (const file of there) {
  if (!files.has(file.replaceAll('\\', '/'))) rmSync(path.join(ROOT, file));
}
for (const [file, text] of files) {
  mkdirSync(path.dirname(path.join(ROOT, file)), { recursive: true });
  writeFileSync(path.join(ROOT, file), text);
}
console.log(`${files.size} documents written`);
