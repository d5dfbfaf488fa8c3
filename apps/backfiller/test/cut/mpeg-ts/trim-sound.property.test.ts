import { tierCount } from '@waybill/test-kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { trimSound } from '../../../src/cut/mpeg-ts/trim-sound.ts';
import { wholePackets } from '../../../src/cut/mpeg-ts/whole-packets.ts';
import { collect, inPieces } from '../support/in-pieces.ts';
import { madeFrame, madeSound } from '../support/made-sound.ts';
import { readPackets } from '../support/read-packets.ts';
import type { ReadFrame } from '../support/read-sound.ts';
import { readSound } from '../support/read-sound.ts';

const WRAP = 2 ** 33;
const SOUND = 0x101;
const FRAME = 1920;
const TOLERANCE = 270;

const sizes = fc.array(fc.integer({ min: 7, max: 700 }), { minLength: 1, maxLength: 9 });
const units = fc.array(fc.record({ sizes, saysLength: fc.boolean() }), { minLength: 1, maxLength: 5 });
const lengths = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 4 });
const numRuns = tierCount({ push: 200, nightly: 5000 });

type Unit = typeof units extends fc.Arbitrary<(infer U)[]> ? U : never;

function soundOf(all: readonly Unit[], first: number): Buffer {
  let frames = 0;
  return madeSound(
    SOUND,
    all.map((unit) => {
      const pts = (first + frames * FRAME) % WRAP;
      return { pts, saysLength: unit.saysLength, frames: unit.sizes.map((size) => madeFrame(frames++, size)) };
    }),
  );
}

async function trimmed(source: Buffer, fromPts: number, pieces: readonly number[]): Promise<Buffer> {
  const blocks = trimSound(wholePackets(inPieces(source, pieces)), () => [{ pid: SOUND, fromPts }]);
  return collect(
    (async function* () {
      for await (const { bytes } of blocks) yield bytes;
    })(),
  );
}

const near = (pts: number, first: number): number => (pts - first + WRAP) % WRAP;
const contents = (frames: readonly ReadFrame[]): string[] => frames.map(({ content }) => content.toString('hex'));

describe('trimSound', () => {
  it('leaves out the frames that begin too early, and those only, whatever pieces the stream comes in', async () => {
    await fc.assert(
      fc.asyncProperty(
        units,
        lengths,
        fc.integer({ min: 0, max: WRAP - 1 }),
        fc.nat(30 * FRAME),
        async (all, pieces, first, by) => {
          const source = soundOf(all, first);
          const expected = readSound(source, SOUND).filter(({ pts }) => near(pts, first) >= by - TOLERANCE);
          const result = await trimmed(source, (first + by) % WRAP, pieces);
          const kept = readSound(result, SOUND);
          expect(contents(kept)).toEqual(contents(expected));
          expect(kept.map(({ pts }) => near(pts, first))).toEqual(expected.map(({ pts }) => near(pts, first)));
          expect(result).toHaveLength(source.length);
          expect(readPackets(result).breaks).toBe(0);
        },
      ),
      { numRuns },
    );
  });

  it('leaves the packets of other streams as they are', async () => {
    await fc.assert(
      fc.asyncProperty(units, fc.nat(30 * FRAME), async (all, by) => {
        const source = soundOf(all, 90_000);
        const result = await trimmed(source, 90_000 + by, [4096]);
        for (let at = 0; at < source.length; at += 376)
          expect(result.subarray(at, at + 188).equals(source.subarray(at, at + 188))).toBe(true);
      }),
      { numRuns: tierCount({ push: 50, nightly: 500 }) },
    );
  });

  it('keeps the frames behind a PES packet that says less than it holds', async () => {
    const source = madeSound(SOUND, [{ pts: 9000, saysLength: true, frames: [0, 1, 2].map((n) => madeFrame(n, 300)) }]);
    const length = source.indexOf(Buffer.from([0, 0, 1, 0xc0])) + 4;
    source.writeUInt16BE(20, length);
    const kept = readSound(await trimmed(source, 9000 + 2 * FRAME, [4096]), SOUND);
    expect(kept.map(({ pts }) => pts)).toEqual([9000 + 2 * FRAME]);
  });

  it('begins behind the rest of a frame that began in a PES packet that is left out', async () => {
    const frames = [madeFrame(0, 400), madeFrame(1, 500), madeFrame(2, 300)];
    const [first, second, third] = frames;
    const source = madeSound(SOUND, [
      { pts: 9000, saysLength: true, frames: [first, second?.subarray(0, 200)].filter((one) => one !== undefined) },
      {
        pts: 9000 + 2 * FRAME,
        saysLength: true,
        frames: [second?.subarray(200), third].filter((one) => one !== undefined),
      },
    ]);
    const kept = readSound(await trimmed(source, 9000 + 2 * FRAME + 1000, [4096]), SOUND);
    expect(kept).toEqual([]);
    const withMore = Buffer.concat([
      source,
      madeSound(SOUND, [{ pts: 9000 + 3 * FRAME, saysLength: false, frames: [madeFrame(3, 200)] }]),
    ]);
    expect(contents(readSound(await trimmed(withMore, 9000 + 3 * FRAME, [4096]), SOUND))).toEqual([
      madeFrame(3, 200).toString('hex'),
    ]);
  });

  it('holds no more than 4 MiB of a part whose sound does not come', async () => {
    let asked = 0;
    async function* endless(): AsyncGenerator<{ bytes: Uint8Array; offsetBytes: number }> {
      for (;;) {
        await Promise.resolve();
        yield { bytes: new Uint8Array(1024 * 188).fill(0x47), offsetBytes: asked++ * 1024 * 188 };
      }
    }
    const blocks = trimSound(endless(), () => [{ pid: SOUND, fromPts: 0 }]);
    await blocks.next();
    expect(asked * 1024 * 188).toBeLessThan(4.5 * 1024 * 1024);
    await blocks.return();
  });
});
