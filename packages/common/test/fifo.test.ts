import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fifo } from '../src/fifo.ts';

test('gives items back in the order in which they came', () => {
  const fifo = new Fifo<string>();
  fifo.push('a');
  fifo.push('b');
  expect([fifo.size, fifo.peek(), [...fifo]]).toEqual([2, 'a', ['a', 'b']]);
  expect([fifo.shift(), fifo.shift(), fifo.shift(), fifo.peek(), fifo.size]).toEqual([
    'a',
    'b',
    undefined,
    undefined,
    0,
  ]);
});

test('keeps undefined apart from nothing', () => {
  const fifo = new Fifo<undefined>();
  fifo.push(undefined);
  expect(fifo.size).toBe(1);
  fifo.shift();
  expect(fifo.size).toBe(0);
});

test('is empty after clear, and works on', () => {
  const fifo = new Fifo<number>();
  fifo.push(1);
  fifo.clear();
  fifo.push(2);
  expect([...fifo]).toEqual([2]);
});

test('behaves like an array, also over thousands of items', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat(4000), fc.integer({ min: -4000, max: -1 })), { maxLength: 20 }), (moves) => {
      const fifo = new Fifo<number>();
      const model: number[] = [];
      let next = 0;
      for (const move of moves) {
        for (let count = 0; count < Math.abs(move); count += 1) {
          if (move < 0) expect(fifo.shift()).toBe(model.shift());
          else {
            fifo.push(next);
            model.push(next++);
          }
        }
      }
      expect([...fifo]).toEqual(model);
      expect(fifo.size).toBe(model.length);
    }),
    { numRuns: 30 },
  );
});
