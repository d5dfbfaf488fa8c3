import { HashingWriter } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';
import { digestsEqual, sha256 } from '@waybill/digest';
import type { Digest } from '@waybill/digest';
import { nameKindOf, parseChatName, tryParseSegmentName } from '@waybill/segments';
import type { Archive, OpenedContent, SegmentAddress } from '../archive/archive.ts';

export type Verdict =
  | { readonly verdict: 'good'; readonly sizeBytes: number }
  | { readonly verdict: 'corrupt'; readonly sizeBytes: number; readonly expected: Digest; readonly actual: Digest }
  | { readonly verdict: 'without-digest' }
  | { readonly verdict: 'vanished' };

/** What the name says of the content; undefined where it says nothing. */
const expectedDigest = (name: string): Digest | undefined => {
  if (nameKindOf(name) === 'chat') return parseChatName(name).digest;
  return tryParseSegmentName(name)?.digest ?? undefined;
};

/** Hashes a segment or chat batch again, in bounded memory. Rejects where it cannot be read. */
export const verifySegment = async (
  archive: Archive,
  address: SegmentAddress,
  options?: AbortOptions,
): Promise<Verdict> => {
  const expected = expectedDigest(address.name);
  if (expected === undefined) return { verdict: 'without-digest' };
  const content = await archive.open(address, options);
  if (content === undefined) return { verdict: 'vanished' };
  const { sizeBytes } = content;
  const actual = await digestOf(content, options);
  return digestsEqual(expected, actual)
    ? { verdict: 'good', sizeBytes }
    : { verdict: 'corrupt', sizeBytes, expected, actual };
};

const digestOf = async (content: OpenedContent, { signal }: AbortOptions = {}): Promise<Digest> => {
  try {
    if (content.bytes !== undefined) return sha256(content.bytes);
    const hash = new HashingWriter();
    for await (const chunk of content.stream()) {
      signal?.throwIfAborted();
      hash.write(chunk);
    }
    return hash.finish().digest;
  } finally {
    await content.close();
  }
};
