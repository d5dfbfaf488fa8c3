import { expect, test } from 'vitest';
import { errnoError } from '../src/errno-error.ts';
import { faultyFileHandle } from '../src/faulty-file-handle.ts';
import { skipWithout } from '../src/skip-without.ts';
import { recordCalls } from '../src/record-calls.ts';

const bytes = Uint8Array.of(1, 2, 3, 4, 5);

test('a faulty file follows its script, then accepts everything', async () => {
  const file = faultyFileHandle({ writes: [2, 'EINTR'] });
  await expect(file.write(bytes, 0, 5)).resolves.toEqual({ bytesWritten: 2 });
  await expect(file.write(bytes, 2, 3)).rejects.toMatchObject({ code: 'EINTR' });
  await expect(file.write(bytes, 2, 3)).resolves.toEqual({ bytesWritten: 3 });
  expect([...file.content]).toEqual([1, 2, 3, 4, 5]);
  expect(file.calls).toBe(3);
});

test('a faulty file is full where it is told, as a disk is: a short write first, an error next', async () => {
  const file = faultyFileHandle({ failAt: 3, error: 'EDQUOT' });
  await expect(file.write(bytes, 0, 5)).resolves.toEqual({ bytesWritten: 3 });
  await expect(file.write(bytes, 3, 2)).rejects.toMatchObject({ code: 'EDQUOT' });
});

test('a faulty file refuses a hole', async () => {
  await expect(faultyFileHandle().write(bytes, 0, 5, 1)).rejects.toThrow('a hole');
});

test('recorded calls are noted in order, and fail where they are told', () => {
  const { operations, names } = recordCalls(
    { double: (x: number) => 2 * x, half: (x: number) => x / 2 },
    { half: 'EIO' },
  );
  expect(operations.double(2)).toBe(4);
  expect(() => operations.half(2)).toThrow('EIO');
  expect(names).toEqual(['double', 'half']);
});

test('an injected error looks like one of the system, and has to be one that there is', () => {
  expect(errnoError('ENOSPC', 'fsync')).toMatchObject({ code: 'ENOSPC', syscall: 'fsync', errno: -28 });
  expect(() => errnoError('ENOTHING')).toThrow(TypeError);
});

test('a missing program is a visible skip, and a failure where everything has to be there', () => {
  const skipped: (string | undefined)[] = [];
  const skippable = {
    skip(note?: string): never {
      skipped.push(note);
      throw new Error('skipped');
    },
  };
  expect(() => skipWithout(skippable, 'no strace', {})).toThrow('skipped');
  expect(() => skipWithout(skippable, 'no strace', { WAYBILL_TEST_REQUIRE_EXTERNALS: '1' })).toThrow(
    'required here: no strace',
  );
  expect(skipped).toEqual(['no strace']);
});
