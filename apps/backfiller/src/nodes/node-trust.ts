import { WaybillError } from '@waybill/common';
import type { NodeTrust } from '../remote/remote-node.ts';

/** Filling holes and copying deletions and extras, as wubloader does; never adding a second full segment. */
export const DEFAULT_TRUST: NodeTrust = { tombstones: true, extras: true, replace: false };

const GRANTS = ['tombstones', 'extras', 'replace'] as const;

/** A trust text names a grant that does not exist. */
export class NodeTrustInvalidError extends WaybillError {
  readonly text: string;

  constructor(text: string) {
    super(`Not a trust: ${JSON.stringify(text)}. Write "none" or any of ${GRANTS.join(', ')}, joined by "+"`, {
      code: 'ERR_NODE_TRUST_INVALID',
      retryable: false,
    });
    this.text = text;
  }
}

/**
 * `tombstones+extras` → what is named is granted and nothing else; `none` grants nothing; empty text is the default.
 * Throws NodeTrustInvalidError.
 */
export const parseNodeTrust = (text: string): NodeTrust => {
  const words = text
    .toLowerCase()
    .split(/[+\s]+/)
    .filter(Boolean);
  if (words.length === 0) return DEFAULT_TRUST;
  if (words.length === 1 && words[0] === 'none') words.length = 0;
  if (words.some((word) => !GRANTS.some((grant) => grant === word))) throw new NodeTrustInvalidError(text);
  return {
    tombstones: words.includes('tombstones'),
    extras: words.includes('extras'),
    replace: words.includes('replace'),
  };
};

/** The inverse of parseNodeTrust. */
export const formatNodeTrust = (trust: NodeTrust): string => GRANTS.filter((grant) => trust[grant]).join('+') || 'none';
