import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { isHour, nameKindOf, parseSegmentPath, SegmentNameInvalidError, tryParseSegmentName } from '../src/index.ts';
import { EMPTY_HASH, HOUR } from './support/names.ts';

const packageFolder = path.dirname(import.meta.dirname);
const document = readFileSync(path.join(packageFolder, '../../docs/formats/segments.md'), 'utf8');

/** Cells of the table rows below a heading, without the table's head. */
function rowsBelow(heading: string): string[][] {
  const section = document.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return rows.map((line) =>
    line
      .split('|')
      .map((cell) => cell.trim())
      .slice(1, -1),
  );
}

const nameIn = (cell = ''): string => cell.slice(1, -1).replace('HASH', EMPTY_HASH);

function isTakenLeniently(name: string): boolean {
  try {
    return parseSegmentPath(`${HOUR}/${name}`).name === name;
  } catch (error) {
    if (error instanceof SegmentNameInvalidError) return false;
    throw error;
  }
}

describe('docs/formats/segments.md', () => {
  it('has its tables', () => {
    expect(rowsBelow('What the lenient parser takes').length).toBeGreaterThan(20);
    expect(rowsBelow('Kinds').length).toBeGreaterThan(10);
    expect(rowsBelow('Hours').length).toBeGreaterThan(4);
  });

  it.each(rowsBelow('What the lenient parser takes'))(
    'says of %s rightly: strict %s, lenient %s',
    (cell, strict, lenient) => {
      expect(tryParseSegmentName(nameIn(cell)) === undefined ? 'no' : 'yes').toBe(strict);
      expect(isTakenLeniently(nameIn(cell)) ? 'yes' : 'no').toBe(lenient);
    },
  );

  it.each(rowsBelow('Kinds'))('says of %s rightly: %s', (cell, kind) => {
    expect(nameKindOf(nameIn(cell)) ?? 'none').toBe(kind);
  });

  it.each(rowsBelow('Hours'))('says of %s rightly, whether it is an hour: %s', (cell, answer) => {
    expect(isHour(nameIn(cell)) ? 'yes' : 'no').toBe(answer);
  });

  it('names only tests that exist', () => {
    const named = document.match(/[a-z-]+(\.property)?\.test\.ts/g) ?? [];
    expect(named.length).toBeGreaterThan(10);
    expect(new Set(named).difference(new Set(readdirSync(import.meta.dirname)))).toEqual(new Set());
  });

  it('has the sections that the sources cite', () => {
    const headings = (document.match(/^#+ .*$/gm) ?? []).map((line) => anchorOf(line));
    const sources = path.join(packageFolder, 'src');
    const texts = readdirSync(sources).map((name) => readFileSync(path.join(sources, name), 'utf8'));
    const cited = texts.flatMap((text) => text.match(/formats\/segments\.md#[a-z-]+/g) ?? []);
    expect(cited.length).toBeGreaterThan(3);
    for (const citation of cited) expect(headings).toContain(citation.split('#')[1]);
  });
});

function anchorOf(heading: string): string {
  const words = heading.replace(/^#+ /, '').toLowerCase();
  return words.replace(/[^a-z -]/g, '').replaceAll(' ', '-');
}
