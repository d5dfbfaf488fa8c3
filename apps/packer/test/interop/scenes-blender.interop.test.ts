import { testTier } from '@waybill/test-kit';
import { blenders } from './support/blenders.ts';
import { carriers } from './support/carriers.ts';
import { sceneSuite } from './support/scene-suite.ts';

/** What a ZIP or a bucket could spoil: libraries that move, names of many kinds, files that only a pattern names, caches, packed libraries. */
const FEW = [
  ...['library-outside-links-back', 'names-that-are-no-utf8', 'special-signs', 'stereo-images'],
  ...['point-caches', 'fonts-and-sounds', 'packed-library-outside'],
];

sceneSuite(blenders.debian, (scenes) => {
  const few = scenes.filter(({ name }) => FEW.includes(name));
  if (few.length < FEW.length) throw new Error('a scene has another name now');
  return testTier() === 'push'
    ? [{ kind: carriers.zip, scenes: few }]
    : [
        { kind: carriers.zip, scenes },
        { kind: carriers.s3, scenes: few },
      ];
});
