import { findPathProblem } from './path-problem.ts';
import { FilePathInvalidError } from './protocol-errors.ts';

/** The path as it is, for a file of a checkout. Throws FilePathInvalidError (rules: docs/protocols/shaman.md). */
export function parseFilePath(text: string): string {
  const problem = findPathProblem(text);
  if (problem !== undefined) throw new FilePathInvalidError(text, problem);
  return text;
}
