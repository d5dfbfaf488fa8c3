import { parseHex } from '@waybill/digest';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PinIndex } from '../../src/state/pin-index.ts';

const digest = fc.nat(60).map((number) => parseHex(number.toString(16).padStart(16, '0').padEnd(64, 'a')));

it('knows the pins of each digest, the latest first, and forgets those that have ended', () => {
  const pin = fc.array(digest, { maxLength: 30 });
  const action = fc.oneof(pin, fc.record({ lasting: fc.integer({ min: 2, max: 5 }) }));
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const index = new PinIndex();
      let pins: { number: number; digests: Set<string> }[] = [];
      for (const [number, one] of actions.entries()) {
        if (Array.isArray(one)) {
          const digests = new Set<string>();
          for (const each of one) expect(index.add(each, number)).toBe(digests.size < digests.add(textOf(each)).size);
          pins.push({ number, digests });
        } else {
          index.keep((pin) => pin % one.lasting === 0);
          pins = pins.filter((pin) => pin.number % one.lasting === 0);
        }
      }
      expect(index.size).toBe(pins.reduce((sum, { digests }) => sum + digests.size, 0));
      for (const each of actions.flatMap((one) => (Array.isArray(one) ? one : []))) {
        const expected = pins.filter(({ digests }) => digests.has(textOf(each))).map(({ number }) => number);
        expect([...index.pinsOf(each)]).toEqual(expected.toReversed());
      }
    }),
  );
});

function textOf({ bytes }: { readonly bytes: Uint8Array }): string {
  return bytes.join();
}
