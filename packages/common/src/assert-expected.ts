import { type Digest, digestsEqual } from '@waybill/digest';
import type { ContentSummary } from './hashing-writer.ts';
import { ContentDigestMismatchError, ContentLengthMismatchError } from './write-errors.ts';

/** What was declared about a content. */
export interface ExpectedContent {
  sizeBytes?: number | undefined;
  digest?: Digest | undefined;
}

/** @throws ContentLengthMismatchError, ContentDigestMismatchError. */
export function assertExpected(path: string, actual: ContentSummary, expected: ExpectedContent = {}): void {
  if (expected.sizeBytes !== undefined && expected.sizeBytes !== actual.sizeBytes) {
    throw new ContentLengthMismatchError(path, expected.sizeBytes, actual.sizeBytes);
  }
  if (expected.digest !== undefined && !digestsEqual(expected.digest, actual.digest)) {
    throw new ContentDigestMismatchError(path, expected.digest, actual.digest);
  }
}
