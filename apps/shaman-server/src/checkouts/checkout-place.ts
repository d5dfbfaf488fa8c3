import { randomInt } from 'node:crypto';
import { findPathProblem, parseCheckoutIdV2, parseCheckoutPath } from '@waybill/shaman-protocol';
import { CheckoutPathInvalidError } from './checkout-errors.ts';
import type { CheckoutTarget } from './checkout-store.ts';
import { HIDDEN_NAME } from './hidden-folder.ts';

/** Where a checkout may go. */
export interface CheckoutPlace {
  readonly path: string;
  /** Whether a suffix may be put behind a path that is taken. */
  readonly suffix: boolean;
  /** True: the tree is one of a checkout that another server made. */
  readonly copy?: true | undefined;
}

const SUFFIX_LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const SUFFIX_LENGTH = 4;
/** As in the originals (spec 1.2). */
const SUFFIX_TRIES = 10;

/** @throws CheckoutNameInvalidError; CheckoutPathInvalidError. */
export function placeOf(target: CheckoutTarget): CheckoutPlace {
  return target.layout === 'v2'
    ? { path: pathOfId(target.id), suffix: false }
    : { path: pathWithRoom(target.path), suffix: true };
}

/** `<last 2 characters>/<id>`; for an id of one character `<id>/<id>`. */
function pathOfId(text: string): string {
  const id = parseCheckoutIdV2(text);
  return `${id.slice(-2)}/${id}`;
}

/** There must be room for the suffix. */
function pathWithRoom(path: string): string {
  parseCheckoutPath(`${parseCheckoutPath(path)}-${'x'.repeat(SUFFIX_LENGTH)}`);
  return checkedPath(path);
}

/** A path below the checkout root that a caller names. @throws CheckoutPathInvalidError. */
export function checkedPath(path: string): string {
  const problem = findPathProblem(path);
  if (problem !== undefined) throw new CheckoutPathInvalidError(path, problem);
  const [first = ''] = path.split('/');
  if (first.normalize('NFKC').toLowerCase() === HIDDEN_NAME)
    throw new CheckoutPathInvalidError(path, `${HIDDEN_NAME} is the server's own`);
  return path;
}

/** The names to try, in this order. */
export function* candidatesOf({ path, suffix }: CheckoutPlace): Generator<string> {
  yield path;
  if (!suffix) return;
  for (let tries = 0; tries < SUFFIX_TRIES; tries += 1) yield `${path}-${randomSuffix()}`;
}

function randomSuffix(): string {
  return Array.from({ length: SUFFIX_LENGTH }, () => SUFFIX_LETTERS[randomInt(SUFFIX_LETTERS.length)]).join('');
}
