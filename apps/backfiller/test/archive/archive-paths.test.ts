import path from 'node:path';
import { tierCount } from '@waybill/test-kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PathComponentInvalidError } from '../../src/archive/archive-errors.ts';
import { ArchivePaths } from '../../src/archive/archive-paths.ts';
import { HOUR, makeSegment } from './support.ts';

const paths = new ArchivePaths('/srv/archive');
const { name } = makeSegment(0);
const address = { channel: 'demo', quality: 'source', hour: HOUR, name };

describe('ArchivePaths', () => {
  it('turns an address into a path and back', () => {
    const file = paths.segment(address);
    expect(file).toBe(path.join('/srv/archive/demo/source', HOUR, name));
    expect(paths.addressOf(file)).toEqual(address);
  });

  it.each(['..', '.', '', '.waybill', 'a/b', '/etc', 'a\\b', 'a\0b', '../../x', '\n'])(
    'refuses the component %j in every place',
    (bad) => {
      expect(() => paths.segment({ ...address, channel: bad })).toThrow(PathComponentInvalidError);
      expect(() => paths.segment({ ...address, quality: bad })).toThrow(PathComponentInvalidError);
      expect(() => paths.segment({ ...address, hour: bad })).toThrow(PathComponentInvalidError);
      expect(() => paths.segment({ ...address, name: bad })).toThrow(PathComponentInvalidError);
      expect(() => paths.extras(bad)).toThrow(PathComponentInvalidError);
    },
  );

  it.each(['..', '../x', 'a/../../x', '/etc/passwd', 'a//b', 'a/.hidden', '', 'a/', './a'])(
    'refuses the extra %j',
    (bad) => {
      expect(() => paths.extra('emotes', bad)).toThrow(PathComponentInvalidError);
      expect(() => paths.file(bad)).toThrow(PathComponentInvalidError);
    },
  );

  it('makes no address of a path that is not four components below the base', () => {
    for (const other of [
      '/etc/passwd',
      '/srv/archive',
      '/srv/archive/demo/source',
      `/srv/archive/demo/source/${HOUR}/a/b`,
      '/srv/archive/demo/source/x/a.ts',
    ]) {
      expect(paths.addressOf(other)).toBeUndefined();
    }
  });

  it('never leaves the base, whatever the names', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.string({ unit: fc.constantFrom('.', '/', '\\', 'a', '\0', ':') }),
        (channel, extra) => {
          for (const make of [
            () => paths.channel(channel),
            () => paths.extra('emotes', extra),
            () => paths.file(extra),
          ]) {
            try {
              expect(path.resolve(make()).startsWith('/srv/archive/')).toBe(true);
            } catch (error) {
              expect(error).toBeInstanceOf(PathComponentInvalidError);
            }
          }
        },
      ),
      { numRuns: tierCount({ push: 300, nightly: 5000 }) },
    );
  });
});
