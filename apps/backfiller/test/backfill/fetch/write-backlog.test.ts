import { describe, expect, it } from 'vitest';
import { WriteBacklog } from '../../../src/backfill/fetch/write-backlog.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function isSettled(promise: Promise<void>): Promise<boolean> {
  let settled = false;
  void promise.then(() => {
    settled = true;
  });
  await turn();
  return settled;
}

describe('the backlog of writes', () => {
  it('lets requests go on until it is full, then one for each write that ends', async () => {
    const backlog = new WriteBacklog(3);
    const writes = Array.from({ length: 4 }, () => Promise.withResolvers<undefined>());
    const waits = writes.map(({ promise }) => backlog.add(promise) ?? Promise.resolve());
    expect(await Promise.all(waits.map(isSettled))).toEqual([true, true, false, false]);
    writes[3]?.resolve(undefined);
    expect(await Promise.all(waits.map(isSettled))).toEqual([true, true, true, false]);
    writes[0]?.resolve(undefined);
    expect(await Promise.all(waits.map(isSettled))).toEqual([true, true, true, true]);
  });

  it('tells everybody who waits that the last write has ended', async () => {
    const backlog = new WriteBacklog(10);
    await backlog.empty();
    const writes = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    for (const { promise } of writes) void backlog.add(promise);
    const waiting = Array.from({ length: 3 }, () => backlog.empty());
    writes[1]?.resolve(undefined);
    expect(await Promise.all(waiting.map(isSettled))).toEqual([false, false, false]);
    writes[0]?.resolve(undefined);
    expect(await Promise.all(waiting.map(isSettled))).toEqual([true, true, true]);
  });
});
