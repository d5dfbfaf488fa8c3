import { MAX_CHECKOUT_ID_LENGTH } from './limits.ts';
import { findPathProblem } from './path-problem.ts';
import { CheckoutNameInvalidError } from './protocol-errors.ts';

const ID = /^[a-zA-Z0-9_]+$/;

/** What the original's pattern leaves out besides the backslash (spec section 1.2). */
const NOT_IN_PATH = /[?*:;{}]/;

/** A v2 checkout id: `[a-zA-Z0-9_]+`, at most 255 characters. Throws CheckoutNameInvalidError. */
export function parseCheckoutIdV2(text: string): string {
  if (!ID.test(text)) throw new CheckoutNameInvalidError(text, 'an id is made of a-z, A-Z, 0-9 and _');
  if (text.length > MAX_CHECKOUT_ID_LENGTH)
    throw new CheckoutNameInvalidError(text, `it has more than ${MAX_CHECKOUT_ID_LENGTH} characters`);
  return text;
}

/** A v3 checkout path: what a file's path may be, without `? * : ; { }`. Throws CheckoutNameInvalidError. */
export function parseCheckoutPath(text: string): string {
  if (NOT_IN_PATH.test(text)) throw new CheckoutNameInvalidError(text, 'it has one of ? * : ; { }');
  const problem = findPathProblem(text);
  if (problem !== undefined) throw new CheckoutNameInvalidError(text, problem);
  return text;
}
