import { collectEntries } from './collect-entries.ts';
import type { PlacedFields } from './collect-entries.ts';
import type { NodeList } from './node-source.ts';

const parseLine = (text: string, place: string): PlacedFields | string => {
  const words = text.split(/\s+/);
  const [first = '', second, third] = words;
  if (words.length === 1) return { place, url: first };
  if (second !== undefined && words.length <= 3) return { place, name: first, url: second, trust: third };
  return `${place}: expected "URL", "NAME URL" or "NAME URL TRUST", found ${String(words.length)} words`;
};

/**
 * Lines `URL`, `NAME URL` (spec 1.4) or, ours, `NAME URL TRUST`; blank lines and what follows a ` #` or a leading `#` do not count.
 * Never throws: bad lines are `problems` with their number.
 */
export const parseNodeFile = (text: string): NodeList => {
  const items: PlacedFields[] = [];
  const problems: string[] = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const content = line.replace(/(^|\s)#.*$/, '').trim();
    if (content === '') continue;
    const parsed = parseLine(content, `line ${String(index + 1)}`);
    if (typeof parsed === 'string') problems.push(parsed);
    else items.push(parsed);
  }
  const collected = collectEntries(items);
  return { entries: collected.entries, problems: [...problems, ...collected.problems] };
};
