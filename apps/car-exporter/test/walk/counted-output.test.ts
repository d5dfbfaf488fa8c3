import { CarWriter } from '@waybill/car';
import { expect, it } from 'vitest';
import { CountedOutput } from '../../src/walk/counted-output.ts';

const root = Uint8Array.from(Buffer.from(`0171a0e40220${'07'.repeat(32)}`, 'hex'));

it('lets signals through although nothing has to be waited for: the target is as quick as the source', async () => {
  const writer = new CarWriter({ write: () => Promise.resolve() }, { roots: [root], writeBufferBytes: 10 });
  const output = new CountedOutput({ writer });
  let framesWhenHeard = -1;
  setImmediate(() => {
    framesWhenHeard = output.counts.blockCount;
  });
  const frame = new Uint8Array(100);
  for (let round = 0; round < 100; round += 1) {
    output.frame(frame, 0, frame.length);
    await output.settle();
  }
  expect(framesWhenHeard).toBe(1);
});
