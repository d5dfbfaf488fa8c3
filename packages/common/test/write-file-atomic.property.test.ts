import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '@waybill/digest';
import { temporaryDirectory, tierCount } from '@waybill/test-kit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { writeFileAtomic } from '../src/write-file-atomic.ts';

const delicateByte = fc.oneof(fc.constantFrom(0x00, 0x0a, 0x0d, 0x1a, 0x80, 0xff), fc.integer({ min: 0, max: 255 }));
const chunk = fc.array(delicateByte, { maxLength: 300 }).map((bytes) => Uint8Array.from(bytes));
const numRuns = tierCount({ push: 100, nightly: 2000 });

test('content goes through unchanged, however it is cut into chunks', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'target');
  await fc.assert(
    fc.asyncProperty(fc.array(chunk, { maxLength: 6 }), fc.boolean(), async (chunks, whole) => {
      const bytes = Buffer.concat(chunks);
      const content = whole
        ? bytes
        : (async function* () {
            yield* chunks;
          })();
      const summary = await writeFileAtomic(path, content, { durability: 'none' });
      expect(await readFile(path)).toEqual(bytes);
      expect(summary).toEqual({ sizeBytes: bytes.length, digest: sha256(bytes) });
    }),
    { numRuns },
  );
  expect(await readdir(directory.path)).toEqual(['target']);
});

test('every byte value goes through, also in content that is too large to be written at once', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'target');
  const bytes = Uint8Array.from({ length: 300_000 }, (_, at) => at & 0xff);
  await writeFileAtomic(path, bytes, { durability: 'none' });
  expect((await readFile(path)).equals(bytes)).toBe(true);
});
