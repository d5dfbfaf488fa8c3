import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { formatNotices } from './format-notices.ts';
import type { NoticedPackage } from './format-notices.ts';
import { licenseTexts } from './license-texts.ts';
import type { LicenseText } from './license-texts.ts';
import { productionPackages } from './production-packages.ts';
import type { ProductionPackage } from './production-packages.ts';

/** What THIRD_PARTY_NOTICES has to say, from what is installed. Throws where a package's licence has no text. */
export function thirdPartyNotices(root: string): string {
  const packages = productionPackages(root);
  const withOwn = packages.map((one): NoticedPackage => ({ ...one, texts: ownTexts(one) }));
  return formatNotices(
    withOwn.map((one) => (one.texts.length > 0 ? one : { ...one, texts: borrowedTexts(root, one, withOwn) })),
  );
}

function ownTexts({ folder }: ProductionPackage): LicenseText[] {
  const texts = licenseTexts(folder);
  return texts.length > 0 ? texts : readmeTexts(folder);
}

/** Some packages have their licence in the last section of their README only. */
function readmeTexts(folder: string): LicenseText[] {
  return globSync('{README,Readme,readme}.md', { cwd: folder })
    .slice(0, 1)
    .flatMap((file) => {
      const text = /^##+ licen[cs]e\s*\n(.*Permission is hereby granted.*)$/ims.exec(
        readFileSync(path.join(folder, file), 'utf8'),
      );
      return text?.[1] === undefined ? [] : [{ file, text: text[1].trim() }];
    });
}

/** A package without any text: that of another one of its scope with the same licence, or the words that its licence's name stands for. */
function borrowedTexts(root: string, one: ProductionPackage, others: readonly NoticedPackage[]): LicenseText[] {
  const scope = /^@[^/]+\//.exec(one.name)?.[0];
  const sibling = others.find(
    ({ name, license, texts }) =>
      scope !== undefined && name.startsWith(scope) && license === one.license && texts.length > 0,
  );
  if (sibling !== undefined) return sibling.texts.map(({ text }) => ({ file: `as ${sibling.name}`, text }));
  return one.license === 'MIT' ? [mitText(root, one)] : [];
}

/** The words of MIT are those of our own licence; the holder is who its package.json names. */
function mitText(root: string, { folder }: ProductionPackage): LicenseText {
  const { author } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { author?: unknown };
  const words = readFileSync(path.join(root, 'LICENSE'), 'utf8').replace(/^.*?(?=Permission is hereby)/s, '');
  const holder = typeof author === 'string' ? author.replace(/ <.*/, '') : 'its authors';
  return { file: 'package.json', text: `MIT License\n\nCopyright (c) ${holder}\n\n${words.trim()}` };
}

/** Names of packages of others of which code is in what was built, by the source maps of `dist`. */
export function bundledPackages(root: string): string[] {
  const maps = globSync(['apps/*/dist/**/*.map', 'packages/*/dist/**/*.map'], { cwd: root });
  const names = maps.flatMap((file) => {
    const text = existsSync(path.join(root, file)) ? readFileSync(path.join(root, file), 'utf8') : '';
    const { sources = [] } = (text === '' ? {} : JSON.parse(text)) as { sources?: string[] };
    return sources.flatMap((source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? []);
  });
  return [...new Set(names)].sort();
}
