import { tierCount } from '@waybill/test-kit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defineOptions, resolveConfig, values } from '../src/index.ts';

const options = defineOptions({
  size: { schema: values.integer(), value: 'N', default: 0, description: 'a number' },
});

/** A value from each source, or none. */
const sources = fc.record({
  flag: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
  own: fc.option(fc.integer({ min: 11, max: 19 }), { nil: undefined }),
  shared: fc.option(fc.integer({ min: 21, max: 29 }), { nil: undefined }),
  file: fc.option(fc.integer({ min: 31, max: 39 }), { nil: undefined }),
});

test('takes the value of the first source that has one: flags, own variable, shared variable, file, default', () => {
  fc.assert(
    fc.property(sources, ({ flag, own, shared, file }) => {
      const { config, sources: from } = resolveConfig(options, {
        program: 'sample',
        flags: { size: flag?.toString() },
        env: { WAYBILL_SAMPLE_SIZE: own?.toString(), WAYBILL_SIZE: shared?.toString() },
        file: file === undefined ? undefined : { path: '/config.json', values: { size: file } },
      });
      expect(config.size).toBe(flag ?? own ?? shared ?? file ?? 0);
      const kinds = [flag && 'flag', own && 'environment', shared && 'environment', file && 'file', 'default'];
      expect(from.size.kind).toBe(kinds.find((kind) => kind !== undefined));
    }),
    { numRuns: tierCount({ push: 100, nightly: 2000 }) },
  );
});
