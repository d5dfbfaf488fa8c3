import { globSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

export interface LicenseText {
  /** Path in the package. */
  readonly file: string;
  readonly text: string;
}

const NAMES = '{LICENSE,LICENCE,COPYING,NOTICE,license,licence,License}{,-*,.*}';

/** Licences and notices in a package, also of sources that it carries; its own ones first. */
export function licenseTexts(folder: string): LicenseText[] {
  const files = globSync([NAMES, `**/${NAMES}`], {
    cwd: folder,
    exclude: (name) => path.basename(name) === 'node_modules',
  });
  const texts = [...new Set(files)].filter((file) => isText(path.join(folder, file)));
  return texts.sort(byDepth).map((file) => {
    return { file: file.replaceAll('\\', '/'), text: tidy(readFileSync(path.join(folder, file), 'utf8')) };
  });
}

function isText(file: string): boolean {
  return statSync(file).isFile() && !/\.(?:js|ts|json|c|h)$/.test(file);
}

function byDepth(a: string, b: string): number {
  const depth = (file: string): number => file.split(/[/\\]/).length;
  return depth(a) - depth(b) || (a < b ? -1 : 1);
}

/** Line ends and blanks at line ends differ between packages with the same text. */
function tidy(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll(/[^\S\n]+$/gm, '')
    .trim();
}
