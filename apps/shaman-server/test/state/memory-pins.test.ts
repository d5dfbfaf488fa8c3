import { describe, expect, it } from 'vitest';
import { createMemoryPinStore } from '../../src/state/memory-pins.ts';
import { PinsExhaustedError } from '../../src/state/pins-exhausted-error.ts';
import { TestClock } from '../gc/support.ts';
import { pinStoreSuite } from './pin-store-suite.ts';
import { keysOf } from './support.ts';

describe('a pin in memory', () => {
  pinStoreSuite(async () => {
    const clock = new TestClock();
    return { pins: createMemoryPinStore({ clock }), ttlMs: 60_000, pass: async (ms) => clock.advance(ms) };
  });

  it('is refused when all pins together would hold too many blobs, until some have ended', async () => {
    const clock = new TestClock();
    const pins = createMemoryPinStore({ clock, maxBlobs: 3 });
    await pins.pin(keysOf('a', 'b'), { ttlMs: 1000 });
    await expect(pins.pin(keysOf('c', 'd'))).rejects.toThrow(PinsExhaustedError);
    await pins.pin(keysOf('a', 'b'));
    clock.advance(1000);
    await expect(pins.pin(keysOf('c', 'd'))).rejects.toMatchObject({ limit: 3, retryable: true });
    clock.advance(3_600_000);
    await pins.pin(keysOf('c', 'd'));
    expect(await pins.count()).toEqual({ pins: 1, blobs: 2 });
  });
});
