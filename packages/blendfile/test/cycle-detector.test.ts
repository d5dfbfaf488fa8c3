import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CycleDetector } from '../src/cycle-detector.ts';

/** How many steps are taken before the walk is stopped: `tail` places, then `circle` places over and over. */
function stepsUntilNoticed(tail: number, circle: number): number {
  const detector = new CycleDetector();
  for (let step = 0; ; step += 1) {
    const place = step < tail ? step : tail + ((step - tail) % circle);
    if (detector.returns(place)) return step;
  }
}

describe('CycleDetector', () => {
  it('lets every walk without a circle go on', () => {
    const detector = new CycleDetector();
    for (let place = 0; place < 100_000; place += 1) if (detector.returns(place)) expect.fail(`${place}`);
  });

  it('notices every circle, and not before it is one', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.integer({ min: 1, max: 300 }), (tail, circle) => {
        const steps = stepsUntilNoticed(tail, circle);
        expect(steps).toBeGreaterThanOrEqual(tail + circle);
        expect(steps).toBeLessThanOrEqual(3 * (tail + circle) + 2);
      }),
    );
  });
});
