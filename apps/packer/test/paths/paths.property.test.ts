import fc from 'fast-check';
import { tierCount } from '@waybill/test-kit';
import { expect, it } from 'vitest';
import { formatPath } from '../../src/paths/format-path.ts';
import { relativeStoredPath } from '../../src/paths/relative-stored-path.ts';
import { resolveStoredPath } from '../../src/paths/resolve-stored-path.ts';

const numRuns = tierCount({ push: 500, nightly: 20_000 });
/** Names of any bytes but separators and zero. */
const name = fc
  .uint8Array({ minLength: 1, maxLength: 12 })
  .map((bytes) =>
    Buffer.from(bytes.map((byte) => (byte === 0 || byte === 0x2f || byte === 0x5c ? 0x61 : byte))).toString('latin1'),
  )
  .filter((text) => text !== '.' && text !== '..' && !/^[A-Za-z]:$/.test(text));
const names = fc.array(name, { minLength: 1, maxLength: 6 });

it.each([
  { platform: 'linux', root: '' },
  { platform: 'win32', root: 'C:' },
  { platform: 'win32', root: '//server/share' },
] as const)('what is made relative leads back: $platform $root', ({ platform, root }) => {
  const pathOf = (parts: readonly string[]): Buffer => {
    const text = [root, ...parts].join('/');
    return Buffer.from(platform === 'win32' ? text.replaceAll('/', '\\') : text, 'latin1');
  };
  fc.assert(
    fc.property(names, names, names, (common, from, to) => {
      const holder = pathOf([...common, ...from]);
      const target = pathOf([...common, ...to]);
      const stored = relativeStoredPath(holder, target, platform);
      const { absolute, wasAbsolute, isBare } = resolveStoredPath(stored, holder, platform);
      expect([absolute.toString('latin1'), wasAbsolute, isBare]).toEqual([target.toString('latin1'), false, false]);
    }),
    { numRuns },
  );
});

it('any stored bytes lead to an absolute path without . and ..', () => {
  const holder = Buffer.from('/p/q/shot.blend');
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 60 }),
      fc.constantFrom('', '//', '/', '//../', String.raw`C:\ `, '\\\\'),
      (bytes, start) => {
        const stored = Buffer.concat([Buffer.from(start), bytes]);
        const { absolute, wasAbsolute } = resolveStoredPath(stored, holder, 'linux');
        const text = absolute.toString('latin1');
        expect(text).toMatch(/^(?:\/|[A-Za-z]:\/)/);
        expect(text.split('/').some((each) => each === '.' || each === '..')).toBe(false);
        if (stored.subarray(0, 2).toString() === '//') expect(wasAbsolute).toBe(false);
        // Resolving what is resolved changes nothing.
        const again = text.startsWith('//') ? text.replaceAll('/', '\\') : text;
        expect(resolveStoredPath(Buffer.from(again, 'latin1'), holder, 'linux').absolute.toString('latin1')).toBe(text);
      },
    ),
    { numRuns },
  );
});

it('valid UTF-8 is shown as it is, and different paths of one kind differ', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(formatPath(Buffer.from(text))).toBe(Buffer.from(text).toString());
    }),
    { numRuns },
  );
});
