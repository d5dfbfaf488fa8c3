import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A block of TypeScript in a README. */
export interface ReadmeExample {
  /** Number of its first line in the README. */
  readonly line: number;
  readonly code: string;
  /** What the program is started with: ` ```ts args: count 10 `. */
  readonly args: readonly string[];
  /** What it says that it prints, line by line: `console.log(…); // this`, and lines of their own `// prints: this`. */
  readonly prints: readonly string[];
}

const BLOCK = /^```ts(?<info>[^\n]*)\n(?<code>.*?)^```$/gms;
const PRINTS = /^(?:\s*console\.log\(.*\); \/\/ |\/\/ prints: )(.*)$/;

/** All blocks of TypeScript that are programs: those marked ` ```ts fragment ` are not. */
export function readmeExamples(readme: string): ReadmeExample[] {
  return [...readme.matchAll(BLOCK)].flatMap(({ index, groups: { info = '', code = '' } = {} }) => {
    if (info.trim() === 'fragment') return [];
    return {
      line: readme.slice(0, index).split('\n').length + 1,
      code,
      args: /^ args: (.*)$/.exec(info)?.[1]?.split(' ') ?? [],
      prints: code.split('\n').flatMap((line) => PRINTS.exec(line)?.[1] ?? []),
    };
  });
}

function entriesOf(modules: string): string[] {
  const names = readdirSync(modules, { withFileTypes: true }).filter(({ name }) => !name.startsWith('.'));
  return names.flatMap(({ name }) =>
    name.startsWith('@') ? readdirSync(path.join(modules, name)).map((inner) => `${name}/${inner}`) : [name],
  );
}

/** Writes an example into `folder`, where it can import what its package can import, and the package itself. Returns its file. */
export function placeExample(
  folder: string,
  packageFolder: string,
  packageName: string,
  { code }: ReadmeExample,
): string {
  const from = path.join(packageFolder, 'node_modules');
  const targets = new Map(entriesOf(from).map((name) => [name, path.join(from, name)]));
  targets.set(packageName, packageFolder);
  for (const [name, target] of targets) {
    const link = path.join(folder, 'node_modules', name);
    mkdirSync(path.dirname(link), { recursive: true });
    symlinkSync(target, link, 'junction');
  }
  const file = path.join(folder, 'example.mts');
  writeFileSync(file, code);
  return file;
}
