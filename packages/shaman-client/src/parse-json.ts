import { AnswerInvalidError } from './client-errors.ts';

/** Parses an answer. Throws AnswerInvalidError. */
export function parseJson(url: URL, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AnswerInvalidError(url.href, 'it is no JSON', error);
  }
}
