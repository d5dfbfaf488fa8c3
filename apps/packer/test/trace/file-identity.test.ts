import { describe, expect, it } from 'vitest';
import { isAbsence } from '../../src/trace/file-identity.ts';

const failure = (code: string): Error => Object.assign(new Error(code), { code });

describe('isAbsence', () => {
  it.each(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP', 'EINVAL'])('takes %s for a file that is not there', (code) => {
    expect(isAbsence(failure(code))).toBe(true);
  });

  it('takes a file that may not be read for one that is there', () => {
    expect(isAbsence(failure('EACCES'))).toBe(false);
    expect(isAbsence(failure('EIO'), 'win32')).toBe(false);
  });

  it('takes a share or drive that is away for one without files, on Windows, where that error has no name', () => {
    expect(isAbsence(failure('UNKNOWN'), 'win32')).toBe(true);
    expect(isAbsence(failure('UNKNOWN'), 'linux')).toBe(false);
  });
});
