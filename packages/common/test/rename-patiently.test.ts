import { errnoError } from '@waybill/test-kit';
import { describe, expect, test } from 'vitest';
import { renamePatiently, renamePatientlySync } from '../src/rename-patiently.ts';

const PATHS = ['a.temp', 'a'] as const;

/** Fails so often, then succeeds. */
function failing(times: number, code: string) {
  const calls: string[] = [];
  const rename = (from: string, to: string): void => {
    calls.push(`${from} ${to}`);
    if (calls.length <= times) throw errnoError(code, 'rename');
  };
  return { calls, rename };
}

const WAYS = [
  ['renamePatiently', renamePatiently],
  [
    'renamePatientlySync',
    (...args: Parameters<typeof renamePatientlySync>): Promise<void> =>
      new Promise((resolve) => {
        renamePatientlySync(...args);
        resolve();
      }),
  ],
] as const;

describe.each(WAYS)('%s', (_name, renameBy) => {
  test.each(['EPERM', 'EACCES', 'EBUSY'])('tries again on Windows after %s', async (code) => {
    const { calls, rename } = failing(2, code);
    await renameBy(rename, PATHS, 'win32');
    expect(calls).toEqual(['a.temp a', 'a.temp a', 'a.temp a']);
  });

  test('gives up in the end, with the error', async () => {
    const { calls, rename } = failing(Infinity, 'EPERM');
    await expect(renameBy(rename, PATHS, 'win32')).rejects.toMatchObject({ code: 'EPERM' });
    expect(calls).toHaveLength(7);
  });

  test.each([
    ['win32', 'ENOENT'],
    ['linux', 'EPERM'],
    ['darwin', 'EBUSY'],
  ] as const)('fails at once on %s with %s', async (platform, code) => {
    const { calls, rename } = failing(1, code);
    await expect(renameBy(rename, PATHS, platform)).rejects.toMatchObject({ code });
    expect(calls).toHaveLength(1);
  });
});
