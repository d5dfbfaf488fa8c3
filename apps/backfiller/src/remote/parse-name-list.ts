/** What `parseNameList` found instead of a list of names. */
export type NameListProblem = 'not a JSON array of strings' | 'too many names';

const isWhite = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

const skipWhite = (text: string, from: number): number => {
  let at = from;
  while (isWhite(text.charCodeAt(at))) at += 1;
  return at;
};

/** The position after the closing quote of the string that opens at `from`, or -1. */
const skipString = (text: string, from: number): number => {
  if (text[from] !== '"') return -1;
  for (let quote = text.indexOf('"', from + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
  }
  return -1;
};

/** Counts the strings of `[ "…", … ]` without making any of them. Says what is wrong where it is something else, or longer. */
const countNames = (text: string, maxNames: number): number | NameListProblem => {
  let at = skipWhite(text, 0);
  if (text[at] !== '[') return 'not a JSON array of strings';
  at = skipWhite(text, at + 1);
  if (text[at] === ']') return skipWhite(text, at + 1) === text.length ? 0 : 'not a JSON array of strings';
  for (let count = 1; count <= maxNames; count += 1) {
    at = skipString(text, at);
    if (at === -1) return 'not a JSON array of strings';
    at = skipWhite(text, at);
    if (text[at] === ']' && skipWhite(text, at + 1) === text.length) return count;
    if (text[at] !== ',') return 'not a JSON array of strings';
    at = skipWhite(text, at + 1);
  }
  return 'too many names';
};

/**
 * The strings of a JSON array. The shape and the count are checked before JSON.parse sees the text: 16 MB of `[[[[…`
 * would become half a gigabyte of arrays, a million names a million strings.
 */
export const parseNameList = (text: string, maxNames: number): string[] | NameListProblem => {
  const counted = countNames(text, maxNames);
  if (typeof counted === 'string') return counted;
  try {
    return JSON.parse(text) as string[];
  } catch {
    // A bad escape or a control character inside a string: what countNames does not look at.
    return 'not a JSON array of strings';
  }
};
