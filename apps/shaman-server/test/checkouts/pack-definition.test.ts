import { SHA256_BYTES } from '@waybill/digest';
import { describe, expect, it } from 'vitest';
import { packDefinition, unpackDefinition } from '../../src/checkouts/pack-definition.ts';
import { planCheckout } from '../../src/checkouts/plan-checkout.ts';
import { fileOf } from './support.ts';

const byPath = (a: { path: string }, b: { path: string }): number => (a.path < b.path ? -1 : 1);

describe('a packed definition', () => {
  it('gives back every file, with its digest, size and path', async () => {
    const files = [
      fileOf('one', 'scene.blend'),
      fileOf('two', 'textures/wood 2.png'),
      fileOf('', 'textures/empty'),
      fileOf('three', 'tëxtures/木/a..b'),
      { ...fileOf('large', 'large'), sizeBytes: Number.MAX_SAFE_INTEGER },
    ];
    const unpacked = await unpackDefinition(await packDefinition(planCheckout(files)));
    expect(unpacked.sort(byPath)).toEqual(files.sort(byPath));
  });

  it('has each digest once, however many names and lengths it comes with', async () => {
    const one = fileOf('one', 'a');
    const files = [one, { ...one, path: 'd/b' }, { ...one, path: 'c', sizeBytes: 99 }, fileOf('two', 'e')];
    const packed = await packDefinition(planCheckout(files));
    expect(packed.digests).toHaveLength(2 * SHA256_BYTES);
    expect((await unpackDefinition(packed)).sort(byPath)).toEqual(files.sort(byPath));
  });

  it('of no files is one of no files', async () => {
    expect(await unpackDefinition(await packDefinition(planCheckout([])))).toEqual([]);
  });

  it('whose digests or names were cut off is refused', async () => {
    const { digests, names } = await packDefinition(planCheckout([fileOf('one', 'a'), fileOf('two', 'b')]));
    await expect(unpackDefinition({ digests: digests.subarray(SHA256_BYTES), names })).rejects.toThrow(RangeError);
    await expect(unpackDefinition({ digests, names: names.subarray(0, names.length - 2) })).rejects.toThrow();
  });
});
