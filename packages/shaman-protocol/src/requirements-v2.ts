import { MessageInvalidError } from './protocol-errors.ts';
import type { MissingFile } from './shaman-file.ts';

/** A line of a v2 answer: a path of the definition, and what the server has of its content. */
export type RequirementV2 = Pick<MissingFile, 'path' | 'status'>;

const WORDS = { unknown: 'file-unknown', uploading: 'already-uploading' } as const;

/** `file-unknown PATH` and `already-uploading PATH`, one line each. */
export function formatRequirementsV2(entries: Iterable<RequirementV2>): string {
  let text = '';
  for (const { status, path } of entries) text += `${WORDS[status]} ${path}\n`;
  return text;
}

/** Reads what `formatRequirementsV2` writes. Paths are taken as they are: they have to be among those that were offered. Throws MessageInvalidError. */
export function parseRequirementsV2(text: string): RequirementV2[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map(parseLine);
}

function parseLine(line: string): RequirementV2 {
  for (const status of ['unknown', 'uploading'] as const) {
    const word = `${WORDS[status]} `;
    if (line.startsWith(word) && line.length > word.length) return { status, path: line.slice(word.length) };
  }
  throw new MessageInvalidError('v2 requirements answer', `no known line: ${JSON.stringify(line.slice(0, 80))}`);
}
