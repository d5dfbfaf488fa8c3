import { printable } from './terminal.ts';

export type TableRow = Readonly<Record<string, unknown>>;

/**
 * Rows as aligned columns with a heading; numbers stand at the right. Columns are `columns`, or every key of any row
 * in order of appearance. Ends with a newline; no rows make an empty text.
 */
export function formatTable(rows: readonly TableRow[], columns: readonly string[] = keysOf(rows)): string {
  if (rows.length === 0) return '';
  const cells = rows.map((row) => columns.map((column) => textOf(row[column])));
  const widths = columns.map((column, index) => Math.max(column.length, ...cells.map((line) => widthOf(line[index]))));
  const isNumber = columns.map((column) => rows.every((row) => isNumeric(row[column])));
  const lineOf = (line: readonly string[]): string =>
    line
      .map((text, index) => aligned(text, widths[index] ?? 0, isNumber[index] === true))
      .join('  ')
      .trimEnd();
  return [lineOf(columns), ...cells.map(lineOf)].map((line) => `${line}\n`).join('');
}

function keysOf(rows: readonly TableRow[]): string[] {
  return [...new Set(rows.flatMap((row) => Object.keys(row)))];
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '-';
  if (typeof value === 'bigint') return value.toString();
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return printable(text).replaceAll(/[\n\t]/g, ' ');
}

function isNumeric(value: unknown): boolean {
  return value === undefined || value === null || typeof value === 'number' || typeof value === 'bigint';
}

function aligned(text: string, width: number, atRight: boolean): string {
  const blanks = ' '.repeat(Math.max(0, width - widthOf(text)));
  return atRight ? blanks + text : text + blanks;
}

const PLAIN = /^[\x20-\x7e]*$/;
let segmenter: Intl.Segmenter | undefined;

/** What people see as one character may be several code points. Made when needed: it loads ICU, which takes some milliseconds. */
function widthOf(text = ''): number {
  if (PLAIN.test(text)) return text.length;
  segmenter ??= new Intl.Segmenter();
  return [...segmenter.segment(text)].length;
}
