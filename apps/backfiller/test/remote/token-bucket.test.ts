import { describe, expect, it } from 'vitest';
import { TokenBucket } from '../../src/remote/token-bucket.ts';
import { withRateLimit } from '../../src/remote/with-rate-limit.ts';
import { createMemoryRemoteNode } from '../support/memory-remote-node.ts';
import { readAll } from './http-node-fixture.ts';

const HOUR = '2026-06-22T18';

/** A bucket whose time only passes in its own waits. */
const openBucket = (bytesPerSecond: number, burstBytes = bytesPerSecond) => {
  const clock = { nowMs: 0, waitedMs: [] as number[] };
  const sleep = (ms: number): Promise<void> => {
    clock.waitedMs.push(ms);
    clock.nowMs += ms;
    return Promise.resolve();
  };
  return { clock, bucket: new TokenBucket({ bytesPerSecond, burstBytes, now: () => clock.nowMs, sleep }) };
};

describe('a token bucket', () => {
  it('lets a burst pass and then as much as the rate allows', async () => {
    const { clock, bucket } = openBucket(1000);
    await bucket.take(1000);
    expect(clock.waitedMs).toEqual([]);
    for (let count = 0; count < 5; count += 1) await bucket.take(500);
    expect(clock.waitedMs).toEqual([500, 500, 500, 500, 500]);
  });

  it('lets any size pass, at the price of its time', async () => {
    const { clock, bucket } = openBucket(1000);
    await bucket.take(11_000);
    expect(clock.nowMs).toBe(10_000);
  });

  it('saves no more than a burst', async () => {
    const { clock, bucket } = openBucket(1000, 2000);
    clock.nowMs = 3_600_000;
    await bucket.take(2000);
    expect(clock.waitedMs).toEqual([]);
    await bucket.take(1);
    expect(clock.waitedMs).toEqual([1]);
  });

  it('makes those who share it wait for each other', async () => {
    const waits: number[] = [];
    const bucket = new TokenBucket({
      bytesPerSecond: 1000,
      now: () => 0,
      sleep: (ms) => Promise.resolve(void waits.push(ms)),
    });
    await Promise.all([1000, 500, 500].map((bytes) => bucket.take(bytes)));
    expect(waits).toEqual([500, 1000]);
  });

  it('ends a wait with its signal', async () => {
    const bucket = new TokenBucket({ bytesPerSecond: 1 });
    const controller = new AbortController();
    const reason = new Error('stop');
    const waiting = bucket.take(1_000_000, { signal: controller.signal });
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });
});

describe('a node with a rate limit', () => {
  const files = { [`c/q/${HOUR}/small.ts`]: Buffer.alloc(1500, 1), [`c/q/${HOUR}/large.ts`]: Buffer.alloc(5000, 2) };
  const open = () => {
    const { clock, bucket } = openBucket(1000);
    const inner = createMemoryRemoteNode({ files, extras: { 'e/x': Buffer.alloc(4000, 3) }, streamAboveBytes: 2000 });
    return { clock, node: withRateLimit(inner, bucket) };
  };
  const address = (name: string) => ({ channel: 'c', quality: 'q', hour: HOUR, name });

  it('gives the same bytes later: whole, streamed, extras and batches', async () => {
    const { clock, node } = open();
    const small = await node.fetchSegment(address('small.ts'));
    expect(clock.nowMs).toBe(500);
    expect(await readAll(small.body)).toEqual(files[`c/q/${HOUR}/small.ts`]);
    expect(await readAll((await node.fetchSegment(address('large.ts'))).body)).toEqual(files[`c/q/${HOUR}/large.ts`]);
    expect(clock.nowMs).toBe(5500);
    expect((await readAll((await node.fetchExtra('e', 'x')).body)).length).toBe(4000);
    expect(clock.nowMs).toBe(9500);
    for await (const item of node.fetchBatch('c', 'q', HOUR, ['small.ts', 'large.ts'])) await readAll(item.body);
    expect(clock.nowMs).toBe(16_000);
  });

  it('lists as fast as ever', async () => {
    const { clock, node } = open();
    expect((await node.listHour('c', 'q', HOUR)).names).toEqual(['large.ts', 'small.ts']);
    expect(clock.nowMs).toBe(0);
  });
});
