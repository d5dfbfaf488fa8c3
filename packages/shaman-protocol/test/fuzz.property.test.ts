import { expect, test } from 'vitest';
import { seededRandom, tierCount } from '@waybill/test-kit';
import {
  BatchFrameDecoder,
  findPathProblem,
  formatCreateRequestV3,
  formatDefinitionV2,
  formatRequirementsRequestV3,
  formatRequirementsV2,
  parseCheckoutIdV2,
  parseCheckoutPath,
  parseCreateRequestV3,
  parseDefinitionV2,
  parseRequirementsRequestV3,
  parseRequirementsV2,
} from '../src/index.ts';
import type { ShamanFile } from '../src/index.ts';
import { batchOf, frame } from './support/batches.ts';
import { file } from './support/files.ts';
import { mutate, mutateBytes } from './support/mutate.ts';

const COUNT = tierCount({ push: 100_000, nightly: 1_000_000 });
const SEED = 20_261_121;

const TYPED = new Set([
  'ERR_DEFINITION_INVALID',
  'ERR_DEFINITION_TOO_LARGE',
  'ERR_MESSAGE_INVALID',
  'ERR_CHECKOUT_NAME_INVALID',
  'ERR_BATCH_FRAME_INVALID',
  'ERR_BATCH_TOO_LARGE',
]);

const NAMES = [
  'a.blend',
  'textures/wood 01.png',
  'größe/日本.png',
  'a..b/.c',
  'deep/er/and/er/x.exr',
  'My File (2).png',
];

interface Tally {
  passed: number;
  refused: number;
}

/** Counts what passes; whatever is refused has to be so with an error of ours. */
function attempt(tally: Tally, work: () => void): void {
  try {
    work();
    tally.passed += 1;
  } catch (error) {
    tally.refused += 1;
    const { code } = error as { code?: unknown };
    if (typeof code !== 'string' || !TYPED.has(code)) throw error;
  }
}

function assertSafe(files: readonly ShamanFile[]): void {
  for (const { sha, sizeBytes, path } of files)
    if (!/^[0-9a-f]{64}$/.test(sha) || !Number.isSafeInteger(sizeBytes) || findPathProblem(path) !== undefined)
      throw new Error(`let through: ${path}`);
}

function expectBothKinds({ passed, refused }: Tally, total: number): void {
  expect(passed + refused).toBe(total);
  // As many inputs as that get to the end of the parser; and the parser does refuse.
  expect(passed).toBeGreaterThan(total / 10);
  expect(refused).toBeGreaterThan(total / 10);
}

const files = (random: () => number): ShamanFile[] =>
  Array.from({ length: Math.floor(random() * 3) + 1 }, (_each, place) =>
    file(`${place}/${NAMES[Math.floor(random() * NAMES.length)]}`),
  );

test(`the v2 definition parser refuses with its own errors: ${COUNT / 2} inputs`, () => {
  const random = seededRandom(SEED);
  const tally = { passed: 0, refused: 0 };
  for (let left = COUNT / 2; left > 0; left -= 1) {
    const bytes = Buffer.from(mutate(formatDefinitionV2(files(random)), random));
    attempt(tally, () => assertSafe(parseDefinitionV2(left % 4 === 0 ? mutateBytes(bytes, random) : bytes)));
  }
  expectBothKinds(tally, COUNT / 2);
});

test(`the v3 definition parsers refuse with their own errors: ${COUNT / 2} inputs`, () => {
  const random = seededRandom(SEED + 1);
  const tally = { passed: 0, refused: 0 };
  for (let left = COUNT / 2; left > 0; left -= 1) {
    const list = files(random).map((entry) => ({ ...entry, path: mutate(entry.path, random) }));
    const body = mutatedJson(
      left % 2 === 0
        ? formatRequirementsRequestV3(list)
        : formatCreateRequestV3({ files: list, checkoutPath: mutate('My Job', random) }),
      random,
    );
    if (left % 2 === 0) attempt(tally, () => assertSafe(parseRequirementsRequestV3(body)));
    else attempt(tally, () => assertSafe(parseCreateRequestV3(body).files));
  }
  expectBothKinds(tally, COUNT / 2);
});

test('the v2 answer parser and the checkout names refuse with their own errors', () => {
  const random = seededRandom(SEED + 2);
  const count = COUNT / 10;
  const tally = { passed: 0, refused: 0 };
  for (let left = count; left > 0; left -= 1) {
    const entries = files(random).map(({ path }) => ({ path, status: 'unknown' as const }));
    const parse = [
      () => parseRequirementsV2(mutate(formatRequirementsV2(entries), random)),
      () => parseCheckoutPath(mutate('project/My Job', random)),
      () => parseCheckoutIdV2(mutate('job_0123', random)),
    ][left % 3];
    attempt(tally, () => void parse?.());
  }
  expectBothKinds(tally, count);
});

test('the batch decoder refuses with its own errors, whatever the chunks', async () => {
  const random = seededRandom(SEED + 3);
  const count = COUNT / 10;
  const tally = { passed: 0, refused: 0 };
  const batch = await batchOf([frame('one'), frame(''), frame('three')]);
  for (let left = count; left > 0; left -= 1) {
    const bytes = mutateBytes(batch, random);
    const cut = Math.floor(random() * bytes.length);
    attempt(tally, () => {
      const decoder = new BatchFrameDecoder({ maxFileBytes: 100, maxFiles: 10 });
      for (const chunk of [bytes.subarray(0, cut), bytes.subarray(cut)])
        for (const { content } of decoder.push(chunk)) expect(content.length).toBeLessThanOrEqual(100);
      decoder.finish();
    });
  }
  expectBothKinds(tally, count);
});

/** Half of the texts stay JSON; in the others a value is of another kind. */
function mutatedJson(text: string, random: () => number): unknown {
  const body: unknown = JSON.parse(text);
  if (random() < 0.7) return body;
  const kinds: unknown[] = [null, 1, -1, 1.5, 'x', [], {}, true, 2 ** 60];
  return JSON.parse(text, (_key, value: unknown) =>
    random() < 0.05 ? kinds[Math.floor(random() * kinds.length)] : value,
  );
}
