import { globSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { type BlendHeader, openBlendFile } from '@waybill/blendfile';
import { seededRandom, temporaryDirectory, tierCount } from '@waybill/test-kit';
import { expect, it } from 'vitest';
import { blend, data, datablock, image, library, raw, traced } from './support/blends.ts';

const INPUTS = tierCount({ push: 400, nightly: 20_000 });
const MOST_MS = tierCount({ push: 60_000, nightly: 1_800_000 });
const root = resolve(import.meta.dirname, '../../../..');
const SEEDS = globSync(['packages/blendfile/test/fixtures/*.blend', 'examples/first-run/project/**/*.blend'], {
  cwd: root,
});
/** Smaller ones have nothing to be mixed up. */
const LEAST_BODY_BYTES = 16;
const WORD_BYTES = 8;

type Random = () => number;
const below = (random: Random, limit: number): number => Math.floor(random() * limit);

interface Seed {
  readonly bytes: Uint8Array;
  /** Bodies of blocks that are no raw data: where they begin, and how many words they have. */
  readonly bodies: readonly { readonly offset: number; readonly words: number }[];
  /** Of its datablocks, each with its two letters (latin1). */
  readonly names: readonly string[];
}

const seedOf = async (input: string | Uint8Array): Promise<Seed> => {
  await using file = await openBlendFile(input);
  const bodies = [];
  for (let block = 0; block < file.blocks.length; block += 1) {
    const length = file.blocks.bodyLength(block);
    if (file.structOf(block) === undefined || file.blocks.code(block) === 'DNA1' || length < LEAST_BODY_BYTES) continue;
    bodies.push({ offset: file.blocks.bodyOffset(block), words: Math.floor(length / WORD_BYTES) });
  }
  const names = [];
  for (const block of file.blocks.datablocks()) {
    const view = await file.view(block);
    if (view.has('id.name')) names.push(Buffer.from(view.bytes('id.name')).toString('latin1'));
  }
  return { bytes: Uint8Array.from(await file.content.read(0, file.content.sizeBytes)), bodies, names };
};

/** Pointers and texts put where others belong, and single bytes changed. The headers of blocks and the SDNA stay as they are. */
const mutated = ({ bytes, bodies }: Seed, random: Random): Uint8Array => {
  const copy = Uint8Array.from(bytes);
  const place = (): number => {
    const { offset, words } = bodies[below(random, bodies.length)]!;
    return offset + WORD_BYTES * below(random, words);
  };
  for (let left = 1 + below(random, 300); left > 0; left -= 1) {
    const at = place();
    if (random() < 0.7) copy.copyWithin(at, ...wordAt(place()));
    else copy[at + below(random, WORD_BYTES)] = below(random, 256);
  }
  return copy;
};

const wordAt = (offset: number): [number, number] => [offset, offset + WORD_BYTES];

/** Layouts of which there are no files any more, and the one of today. */
const LAYOUTS: readonly Partial<BlendHeader>[] = [
  ...[{}, { pointerBytes: 4, version: 249 }, { pointerBytes: 4, littleEndian: false, version: 249 }],
  ...[{ littleEndian: false }, { formatVersion: 1, version: 500 }],
] as const;

/** What the files of Blender do not have: a library that is packed, a text behind a pointer, an image in several places. */
const small = (header: Partial<BlendHeader>): Uint8Array => {
  const inner = raw(blend([image('inner', '//inner.png')], header));
  const packed = data('PackedFile', { size: inner.body?.length ?? 0, data: inner.address });
  const path = raw('//two.txt');
  const text = datablock('TX', 'Text', 'two', { name: path.address });
  const user = datablock('MA', 'Material', 'user', {});
  const libraries = library('//packed.blend', ['IMinner'], { packedfile: packed.address });
  return blend([image('one', '//one.png'), text, path, user, ...libraries, packed, inner], header);
};

it(
  `ends mutated files in usages, or in an error that names the file and the place (${INPUTS} inputs)`,
  { timeout: 2 * MOST_MS },
  async () => {
    await using folder = await temporaryDirectory();
    const inputs = [...SEEDS.map((name) => join(root, name)), ...LAYOUTS.map(small)];
    const seeds = await Promise.all(inputs.map(seedOf));
    expect(SEEDS.map((name) => basename(name))).toContain('scene-5.0.blend');
    const path = join(folder.path, 'shot.blend');
    // Of the file that is asked for everything is looked at; of a library what is reached from what is linked.
    const users = seeds.map((_, index) => join(folder.path, `user-${index}.blend`));
    for (const [index, { names }] of seeds.entries())
      await writeFile(users[index]!, blend(library('//shot.blend', names)));
    const random = seededRandom(4);
    const outcomes = { traced: 0, refused: 0 };
    for (let input = 0; input < INPUTS; input += 1) {
      const which = input % seeds.length;
      await writeFile(path, mutated(seeds[which]!, random));
      const error: unknown = await traced(random() < 0.5 ? path : users[which]!).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      if (error === undefined) outcomes.traced += 1;
      else {
        expect(error, `input ${input}`).toMatchObject({
          code: expect.stringMatching(/^ERR_(BLEND|FILE_BLOCK|SDNA|FIELD)_/) as string,
        });
        expect(error, `input ${input}`).toMatchObject({
          file: expect.stringContaining(path) as string,
          offset: expect.any(Number) as number,
        });
        outcomes.refused += 1;
      }
    }
    expect(outcomes.traced).toBeGreaterThan(0);
    expect(outcomes.refused).toBeGreaterThan(0);
  },
);
