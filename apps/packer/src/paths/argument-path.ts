import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type FilePath, toFilePath } from './file-path.ts';

const REPLACEMENT = '\ufffd';
const EQUALS = 0x3d;

/**
 * The file that an argument of the command line names. Node reads arguments as UTF-8, and what is none comes as U+FFFD; Linux still
 * has the bytes.
 * @param given The arguments in bytes; default: those of this process, none where the system does not show them.
 */
export function argumentPath(text: string, given: () => readonly Buffer[] = processArguments): FilePath {
  if (!text.includes(REPLACEMENT)) return toFilePath(text);
  const values = given().flatMap((argument) => [argument, argument.subarray(argument.indexOf(EQUALS) + 1)]);
  const bytes = values.find((value) => value.toString('utf8') === text);
  if (bytes === undefined) return toFilePath(text);
  // Byte for byte: `resolve` cuts at separators only.
  const folder = Buffer.from(process.cwd()).toString('latin1');
  return Buffer.from(resolve(folder, bytes.toString('latin1')), 'latin1');
}

function processArguments(): Buffer[] {
  try {
    return splitAtZeros(readFileSync('/proc/self/cmdline'));
  } catch {
    return [];
  }
}

function splitAtZeros(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(0, start);
    parts.push(bytes.subarray(start, end < 0 ? bytes.length : end));
    start = end < 0 ? bytes.length : end + 1;
  }
  return parts;
}
