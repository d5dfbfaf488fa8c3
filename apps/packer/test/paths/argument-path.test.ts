import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { argumentPath } from '../../src/paths/argument-path.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('argumentPath', () => {
  it('is the path that a text names, from the working directory', () => {
    expect(argumentPath('a/grün.blend', () => []).toString()).toBe(resolve('a/grün.blend'));
  });

  it.skipIf(process.platform === 'win32')(
    'has the bytes that the text has lost, of an argument or of the value of an option',
    () => {
      const given = [bytes('node'), bytes('/p/../gr\xfcn.blend'), bytes('--project=b\xe4r')];
      expect(argumentPath('/p/../gr\ufffdn.blend', () => given).toString('latin1')).toBe('/gr\xfcn.blend');
      const folder = Buffer.from(resolve('.')).toString('latin1');
      expect(argumentPath('b\ufffdr', () => given).toString('latin1')).toBe(`${folder}/b\xe4r`);
    },
  );

  it('is the text as it is where nothing has lost bytes', () => {
    expect(argumentPath('/\ufffd.blend', () => [bytes('/\xff\xff.blend')]).toString()).toBe(resolve('/\ufffd.blend'));
  });
});
