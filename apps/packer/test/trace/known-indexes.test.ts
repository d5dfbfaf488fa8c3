import { openBlendFile } from '@waybill/blendfile';
import { describe, expect, it } from 'vitest';
import { KnownIndexes } from '../../src/trace/known-indexes.ts';
import { buildBlend } from '../support/build-project.ts';

describe('KnownIndexes', () => {
  it('keeps what was found last, up to so many blocks', async () => {
    await using file = await openBlendFile(buildBlend({ images: { a: '//a.png' } }));
    const { length } = file.blocks;
    const known = new KnownIndexes(2 * length);
    for (const identity of ['one', 'two', 'three']) known.set(identity, file);
    known.set('three', file);
    expect(['one', 'two', 'three'].map((identity) => known.get(identity)?.blocks.length)).toEqual([
      undefined,
      length,
      length,
    ]);
  });

  it('keeps nothing of a file that is too large for it', async () => {
    await using file = await openBlendFile(buildBlend({}));
    const known = new KnownIndexes(file.blocks.length - 1);
    known.set('one', file);
    expect(known.get('one')).toBeUndefined();
  });
});
