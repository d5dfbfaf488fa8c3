import { describe, expect, it } from 'vitest';
import { isolatedCallbacks } from '../src/index.ts';

interface Work {
  begun?(name: string): void;
  ended?(name: string, count: number): void | Promise<void>;
}

describe('isolatedCallbacks', () => {
  it('passes values on, and does nothing where a method is missing', () => {
    const calls: unknown[] = [];
    const told = isolatedCallbacks<Work>({ ended: (...values) => void calls.push(values) }, () => undefined);
    told.begun('a');
    void told.ended('a', 2);
    expect(calls).toEqual([['a', 2]]);
  });

  it('hands over what a callback throws or rejects with, and lets the work go on', async () => {
    const failures: unknown[] = [];
    const told = isolatedCallbacks<Work>(
      {
        begun: () => {
          throw new Error('thrown');
        },
        ended: () => Promise.reject(new Error('rejected')),
      },
      (error, name) => void failures.push([name, (error as Error).message]),
    );
    told.begun('a');
    void told.ended('a', 1);
    await Promise.resolve();
    expect(failures).toEqual([
      ['begun', 'thrown'],
      ['ended', 'rejected'],
    ]);
  });

  it('calls methods as methods', () => {
    class Counter implements Work {
      count = 0;
      begun(): void {
        this.count += 1;
      }
    }
    const counter = new Counter();
    isolatedCallbacks<Work>(counter, () => undefined).begun('a');
    expect(counter.count).toBe(1);
  });
});
