import { describe, expect, it } from 'vitest';
import { memoryDigestCache } from '../../src/cache/digest-cache.ts';
import { computeDigest } from '../../src/execute/compute-digest.ts';
import { changedMsOf } from '../../src/trace/file-identity.ts';

const DAY_MS = 86_400_000;

const identityAt = (changedMs: number): string => `1:2:3:0:${changedMs}000000`;

function content(): { opened: () => number; open: () => AsyncIterable<Uint8Array> } {
  let count = 0;
  return {
    opened: () => count,
    async *open() {
      count += 1;
      yield await Promise.resolve(Buffer.from('content'));
    },
  };
}

describe('computeDigest', () => {
  it('reads a file that has not changed for a while once', async () => {
    const cache = memoryDigestCache();
    const { open, opened } = content();
    const init = { key: 'k', identity: identityAt(Date.now() - DAY_MS), cache };
    const first = await computeDigest(init, open);
    expect(first).toEqual({
      sizeBytes: 7,
      sha256: 'ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73',
    });
    expect(await computeDigest(init, open)).toEqual(first);
    expect(opened()).toBe(1);
  });

  it('does not remember a file that was changed a moment ago: its times may not tell the next change', async () => {
    const cache = memoryDigestCache();
    const { open, opened } = content();
    const init = { key: 'k', identity: identityAt(Date.now()), cache };
    await computeDigest(init, open);
    await computeDigest(init, open);
    expect(opened()).toBe(2);
  });

  it('takes the later one of both times', () => {
    expect(changedMsOf('1:2:3:5000000:7000000')).toBe(7);
    expect(changedMsOf('1:2:3:9000000:7000000')).toBe(9);
  });
});
