import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readmeExamples } from '../../../src/readme-examples.ts';
import { ROOT } from './run.ts';

const TSCONFIG = {
  compilerOptions: {
    ...{ module: 'nodenext', target: 'es2024', lib: ['es2024', 'esnext.disposable', 'esnext.collection'] },
    // Types of others are theirs; ours are checked by what imports them.
    ...{ strict: true, noEmit: true, skipLibCheck: true, types: ['node'] },
  },
  include: ['*.mts'],
};

export interface InstalledExample {
  readonly file: string;
  readonly args: readonly string[];
  readonly prints: readonly string[];
}

/** A folder with nothing of ours but an .npmrc, and the examples of the READMEs of what will be installed there. */
export function makeProject(folder: string, npmrc: string): InstalledExample[] {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, '.npmrc'), npmrc);
  writeFileSync(path.join(folder, 'package.json'), '{"private":true,"type":"module"}');
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));
  const readmes = globSync(['packages/*/README.md', 'apps/*/README.md'], { cwd: ROOT }).sort();
  return readmes.filter((file) => !file.includes('test-kit')).flatMap((readme) => placeExamples(folder, readme));
}

function placeExamples(folder: string, readme: string): InstalledExample[] {
  const examples = readmeExamples(readFileSync(path.join(ROOT, readme), 'utf8'));
  return examples
    .filter(({ code }) => !needsVitest(code))
    .map(({ code, args, prints, line }) => {
      const file = `${path.basename(path.dirname(readme))}-${line}.mts`;
      writeFileSync(path.join(folder, file), code);
      return { file, args, prints };
    });
}

/** Contract suites are for vitest. */
function needsVitest(code: string): boolean {
  return code.includes('/suite');
}
