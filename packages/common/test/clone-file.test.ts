import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '@waybill/test-kit';
import { expect, it } from 'vitest';
import { cloneFile } from '../src/clone-file.ts';

it('shares the content, or fails and leaves nothing that looks like a copy', async () => {
  await using directory = await temporaryDirectory();
  const from = join(directory.path, 'from');
  const to = join(directory.path, 'to');
  writeFileSync(from, 'content');
  try {
    cloneFile(from, to);
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).toMatch(/^(?:ENOTSUP|EOPNOTSUPP|EXDEV|EINVAL|ENOTTY|ENOSYS)$/);
    expect(existsSync(to)).toBe(false);
    return;
  }
  expect(readFileSync(to, 'utf8')).toBe('content');
});

it('leaves a file that is there as it is', async () => {
  await using directory = await temporaryDirectory();
  const from = join(directory.path, 'from');
  const to = join(directory.path, 'to');
  writeFileSync(from, 'content');
  writeFileSync(to, 'other');
  expect(() => cloneFile(from, to)).toThrow();
  expect(readFileSync(to, 'utf8')).toBe('other');
});
