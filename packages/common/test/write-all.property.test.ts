import fc from 'fast-check';
import { errnoError, faultyFileHandle, tierCount } from '@waybill/test-kit';
import { expect, test } from 'vitest';
import { writeAll, writeAllSync } from '../src/write-all.ts';

/** CR, LF, NUL and what no text encoding lets through unchanged come up far more often than by chance. */
const delicateByte = fc.oneof(fc.constantFrom(0x00, 0x0a, 0x0d, 0x1a, 0x80, 0xff), fc.integer({ min: 0, max: 255 }));
const content = fc.array(delicateByte, { maxLength: 600 }).map((bytes) => Uint8Array.from(bytes));
const shortWrites = fc.array(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom('EINTR', 'EAGAIN')), {
  maxLength: 40,
});

/** Two interruptions in a row are a nuisance, many are an error: the tests of writeAll look at those. */
function withoutLongRows(writes: (number | string)[]): (number | string)[] {
  return writes.filter((write, at) => typeof write === 'number' || typeof writes[at - 1] === 'number');
}

test('writeAll writes every byte unchanged, whatever row of short and interrupted writes the system makes of it', async () => {
  await fc.assert(
    fc.asyncProperty(content, shortWrites, fc.boolean(), async (bytes, writes, positioned) => {
      const file = faultyFileHandle({ writes: withoutLongRows(writes) });
      await writeAll(file, bytes, positioned ? { position: 0 } : {});
      expect(file.content).toEqual(Buffer.from(bytes));
    }),
    { numRuns: tierCount({ push: 200, nightly: 5000 }) },
  );
});

test('writeAllSync writes every byte unchanged, whatever row of short and interrupted writes the system makes of it', () => {
  fc.assert(
    fc.property(content, shortWrites, (bytes, writes) => {
      const script = withoutLongRows(writes);
      const parts: Uint8Array[] = [];
      writeAllSync(1, bytes, (_fd, part, offset, length) => {
        const next = script.shift() ?? length;
        if (typeof next === 'string') throw errnoError(next);
        const accepted = Math.min(next, length);
        parts.push(part.slice(offset, offset + accepted));
        return accepted;
      });
      expect(Buffer.concat(parts)).toEqual(Buffer.from(bytes));
    }),
    { numRuns: tierCount({ push: 200, nightly: 5000 }) },
  );
});
