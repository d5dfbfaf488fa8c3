import { findPathProblem, foldPath } from '@waybill/shaman-protocol';
import { tierCount } from '@waybill/test-kit';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Placement } from '../../src/plan/assign-places.ts';
import { findRewrites } from '../../src/plan/find-rewrites.ts';
import { selectUsages } from '../../src/plan/select-usages.ts';
import { type FakeUsage, fakeUsage, ROOT } from '../support/fake-usage.ts';

/** Few names, so that they meet: in case, as files and as folders, inside and outside, and where packs put things. */
const name = fc.constantFrom(
  'a',
  'A',
  'b',
  'B.png',
  'b.png',
  '_2',
  '_outside_project',
  'pack-info.txt',
  '%FC',
  '\xfc',
  'con',
);
const path = fc
  .tuple(fc.constantFrom('/project', '/other', ''), fc.array(name, { minLength: 1, maxLength: 4 }))
  .map(([root, names]) => [root, ...names].join('/'));

/** A file is no folder: of two paths of which one lies below the other, the first stays. */
function onDisk(paths: readonly string[]): string[] {
  const kept: string[] = [];
  for (const one of new Set(paths)) {
    if (!kept.some((other) => one.startsWith(`${other}/`) || other.startsWith(`${one}/`))) kept.push(one);
  }
  return kept;
}

function placesOf(fakes: readonly FakeUsage[]): Map<string, string> {
  const root = Buffer.from(ROOT);
  const selection = selectUsages(root, fakes.map(fakeUsage), {});
  const packed = [...selection.packed.values()].flat();
  const placement = new Placement(root, Buffer.from('/project'), packed);
  findRewrites(selection, placement);
  return new Map(
    packed.flatMap(({ files }) => files.map((file) => [file.path.toString('latin1'), placement.placeOf(file.path)])),
  );
}

it('gives all files of a project places that any file system can hold side by side, whatever their order', () => {
  fc.assert(
    fc.property(fc.array(path, { maxLength: 12 }), (given) => {
      const files = onDisk(given).filter((one) => one !== ROOT);
      const fakes = files.map((absolute) => ({ stored: absolute, absolute }));
      const places = placesOf(fakes);
      expect(placesOf(fakes.toReversed())).toEqual(new Map([...places].toReversed()));
      const all = [...places.values(), 'shot.blend', 'pack-info.txt', 'pack-manifest.json'];
      const folded = all.map(foldPath);
      expect(new Set(folded).size).toBe(all.length);
      for (const place of all) {
        expect(findPathProblem(place)).toBeUndefined();
        expect(folded.some((other) => foldPath(place).startsWith(`${other}/`))).toBe(false);
      }
    }),
    { numRuns: tierCount({ push: 300, nightly: 20_000 }) },
  );
});
