import type { FileSearch } from './usage.ts';

/** The path itself. */
export const THE_FILE: FileSearch = { in: 'file' };
export const NOTHING: FileSearch = { in: 'none' };

/** Text as a part of a regular expression that matches it and nothing else. */
export function literally(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}

/** Names that match one of several expressions, from first to last character. */
export function namesLike(expressions: readonly string[]): string {
  return `^(?:${expressions.join('|')})$`;
}
