import { zstdCompressSync } from 'node:zlib';
import { seededRandom, tierCount } from '@waybill/test-kit';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  CarError,
  CarScanner,
  CarV2Index,
  createBlockVerifier,
  decodeBlockHeader,
  decodeSnapshotMetadata,
  encodeSnapshotMetadata,
  LinkBuffer,
  readCarBlocks,
  readCid,
  CidParts,
  scanLinks,
} from '../src/index.ts';
import { generateChain } from '../src/testing/index.ts';
import { cborBlock, cidOf, sampleBlocks, type TestBlock } from './support/blocks.ts';
import { carV2Of, inPieces, referenceCar } from './support/cars.ts';

const INPUTS = tierCount({ push: 100_000, nightly: 1_000_000 });
const MOST_RSS_BYTES = 400 * 1024 * 1024;

type Random = () => number;
const below = (random: Random, limit: number): number => Math.floor(random() * limit);

interface Seed {
  readonly kind: 'car' | 'block';
  readonly bytes: Uint8Array;
  /** Bytes in front that most mutations leave alone, so that they get past the header. */
  readonly headBytes: number;
}

/** Bytes that mean much to CAR, varints, CIDs and CBOR. */
const TELLING = [
  0, 1, 0x12, 0x1f, 0x20, 0x27, 0x2a, 0x3b, 0x55, 0x58, 0x5b, 0x5f, 0x71, 0x7f, 0x80, 0x9b, 0xbb, 0xd8, 0xfb, 0xff,
];

function mutate({ bytes, headBytes }: Seed, random: Random): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const from = random() < 0.1 ? 0 : headBytes;
  const place = (): number => from + below(random, copy.length - from);
  for (let changes = 1 + below(random, 3); changes > 0; changes -= 1) {
    const kind = random();
    if (kind < 0.4) copy[place()] = TELLING[below(random, TELLING.length)] ?? 0;
    else if (kind < 0.7) {
      const at = place();
      copy[at] = (copy[at] ?? 0) ^ (1 << below(random, 8));
    } else {
      const at = place();
      copy.copyWithin(place(), at, at + below(random, 30));
    }
  }
  return random() < 0.1 ? copy.subarray(0, below(random, copy.length)) : copy;
}

async function seeds(): Promise<Seed[]> {
  const blocks = sampleBlocks().map(({ cid, bytes }): TestBlock => ({ cid, bytes: bytes.subarray(0, 400) }));
  const car = await referenceCar([blocks[0]!.cid, blocks[1]!.cid], blocks);
  const headBytes = (await referenceCar([blocks[0]!.cid, blocks[1]!.cid], [])).length;
  const carV2 = await carV2Of(car);
  const chain = await generateChain({ seed: 3, epochs: 3 });
  const found: Seed[] = [
    { kind: 'car', bytes: car, headBytes },
    { kind: 'car', bytes: carV2, headBytes: 51 + headBytes },
    { kind: 'car', bytes: await carV2Of(car, false), headBytes: 11 },
    {
      kind: 'block',
      bytes: encodeSnapshotMetadata({ version: 2, headTipsetKey: [blocks[0]!.cid.bytes], f3Data: undefined }),
      headBytes: 0,
    },
    {
      kind: 'block',
      bytes: cborBlock({ deep: [[[[{ a: cidOf(Buffer.from('1')), b: [1.5, -70_000, 2 ** 40] }]]]] }).bytes,
      headBytes: 0,
    },
  ];
  for (const { data } of [...chain.blocks()]
    .filter((block) => block.cid[1] === 0x71 && block.data.length < 1500)
    .slice(0, 60))
    found.push({ kind: 'block', bytes: data.slice(), headBytes: 0 });
  return found;
}

const links = new LinkBuffer();
const parts = new CidParts();
const verifier = await createBlockVerifier();

/** All that is done with a block: what is wrong with it must be said by name. */
function useBlock(bytes: Uint8Array, start: number, end: number): void {
  named(() => {
    links.clear();
    const count = scanLinks(bytes, start, end, links);
    if (count !== links.count) throw new Error('links went astray');
    for (let at = 0; at < count; at += 1) {
      const [offset, length] = [links.offset(at), links.length(at)];
      if (offset < start || offset + length > end) throw new Error('a link outside its block');
      if (readCid(bytes, offset, offset + length, parts) !== length) throw new Error('a link that is no CID');
    }
  });
  named(() => decodeBlockHeader(bytes, start, end));
  named(() => decodeSnapshotMetadata(bytes, start, end));
}

/** Gives how many frames were read. */
function useCar(bytes: Uint8Array, pieceBytes: number): { outcome: string; frames: number } {
  let frames = 0;
  let previousEnd = 0;
  const scanner = new CarScanner({
    file: 'fuzz',
    limits: { maxSectionBytes: 100_000, maxHeaderBytes: 10_000 },
    visitor: {
      frame: (piece, frameStart, cidStart, dataStart, end, offset) => {
        frames += 1;
        if (
          offset < previousEnd ||
          cidStart <= frameStart ||
          dataStart <= cidStart ||
          end < dataStart ||
          end > piece.length
        )
          throw new Error('a frame outside its file');
        previousEnd = offset + end - frameStart;
        named(() => verifier.matches(piece, cidStart, dataStart, end));
        useBlock(piece, dataStart, end);
      },
    },
  });
  const outcome = named(() => {
    for (let at = 0; at < bytes.length; at += pieceBytes) scanner.feed(bytes.subarray(at, at + pieceBytes));
    scanner.finish();
  });
  return { outcome, frames };
}

function named(work: () => unknown): string {
  try {
    work();
    return 'ok';
  } catch (error) {
    if (!(error instanceof CarError)) throw error;
    if (!Number.isSafeInteger(error.offset) || error.offset < 0)
      throw new Error(`no offset: ${error.message}`, { cause: error });
    return error.code;
  }
}

function useIndex(bytes: Uint8Array, start: number): void {
  named(() => {
    let count = 0;
    for (const { digest, offset } of new CarV2Index(bytes, start).entries()) {
      count += 1;
      if (digest.length === 0 || offset < 0 || count > bytes.length) throw new Error('an entry outside its index');
    }
  });
}

describe('fuzzed CARs and blocks', () => {
  it(
    `are read or refused by name and offset, ${INPUTS} of them, without a crash, a hang, or memory above 400 MiB`,
    async () => {
      const all = await seeds();
      const cars = all.filter(({ kind }) => kind === 'car');
      const blocks = all.filter(({ kind }) => kind === 'block');
      const outcomes = new Map<string, number>();
      const count = (outcome: string): unknown => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      let pastHeader = 0;
      let carInputs = 0;
      // Thousands of errors a second are the point here; nobody looks at where they come from.
      const { stackTraceLimit } = Error;
      onTestFinished(() => {
        Error.stackTraceLimit = stackTraceLimit;
      });
      Error.stackTraceLimit = 0;
      for (let input = 0; input < INPUTS; input += 1) {
        const random = seededRandom(input);
        if (input % 2 === 0) {
          const bytes = mutate(blocks[below(random, blocks.length)]!, random);
          useBlock(bytes, 0, bytes.length);
          continue;
        }
        carInputs += 1;
        const seed = cars[below(random, cars.length)]!;
        const bytes = mutate(seed, random);
        const { outcome, frames } = useCar(bytes, random() < 0.5 ? bytes.length : 1 + below(random, 300));
        if (frames > 0) pastHeader += 1;
        count(outcome);
        if (input % 16 === 1) useIndex(bytes, Math.max(0, bytes.length - below(random, 450)));
        if (input % 256 === 1)
          await useStored(
            random() < 0.5
              ? zstdCompressSync(bytes)
              : mutate({ ...seed, bytes: zstdCompressSync(seed.bytes), headBytes: 6 }, random),
          );
      }
      expect(pastHeader).toBeGreaterThan(carInputs / 2);
      expect([...outcomes.keys()]).toEqual(
        expect.arrayContaining([
          'ok',
          'ERR_CAR_TRUNCATED',
          'ERR_CAR_SECTION_INVALID',
          'ERR_CID_INVALID',
          'ERR_CAR_SECTION_TOO_LARGE',
        ]),
      );
      expect(process.resourceUsage().maxRSS * 1024).toBeLessThan(MOST_RSS_BYTES);
    },
    tierCount({ push: 120_000, nightly: 1_200_000 }),
  );
});

/** zstd data, broken inside or outside. */
async function useStored(stored: Uint8Array): Promise<void> {
  try {
    for await (const { data } of readCarBlocks(inPieces(stored, 200)))
      if (data.length > stored.length * 1000) throw new Error('too much');
  } catch (error) {
    if (!(error instanceof CarError)) throw error;
  }
}
