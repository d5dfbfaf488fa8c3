import { describe, expect, it } from 'vitest';
import { ResponseStatusError, ResponseTimeoutError, ResponseTooLargeError } from '@waybill/http-kit';
import { CircuitOpenError } from '../../src/remote/circuit-open-error.ts';
import { ListingTooLargeError } from '../../src/remote/listing-too-large-error.ts';
import { RemoteContentMissingError } from '../../src/remote/remote-content-missing-error.ts';
import { RemoteExtraTooLargeError } from '../../src/remote/remote-extra-too-large-error.ts';
import type { RemoteNode } from '../../src/remote/remote-node.ts';
import { withCircuitBreaker } from '../../src/remote/with-circuit-breaker.ts';
import type { GuardedNode } from '../../src/remote/with-circuit-breaker.ts';
import { createMemoryRemoteNode } from '../support/memory-remote-node.ts';

const HOUR = '2026-06-22T18';
const PATH = `c/q/${HOUR}/x.ts`;
const ADDRESS = { channel: 'c', quality: 'q', hour: HOUR, name: 'x.ts' };
const timeout = (): Error => new ResponseTimeoutError({ url: 'http://n', phase: 'idle', timeoutMs: 5 });
const tooLarge = (): Error => new ResponseTooLargeError({ url: 'http://n', limitBytes: 5 });

const memory = (error?: () => Error) =>
  createMemoryRemoteNode({
    files: { [PATH]: Buffer.alloc(10) },
    extras: { 'e/x': Buffer.alloc(1) },
    onCall: () => {
      if (error !== undefined) throw error();
    },
  });

/** Reads what `body` breaks off with. */
async function* broken(error: Error): AsyncGenerator<Uint8Array> {
  yield Buffer.from('x');
  throw error;
}

const CALLS: [string, (node: RemoteNode) => Promise<unknown>][] = [
  ['protocol', (node) => node.protocol()],
  ['listHours', (node) => node.listHours('c', 'q')],
  ['listHour', (node) => node.listHour('c', 'q', HOUR)],
  ['fetchSegment', (node) => node.fetchSegment(ADDRESS)],
  ['fetchBatch', (node) => Array.fromAsync(node.fetchBatch('c', 'q', HOUR, ['x.ts']))],
  ['listExtras', (node) => node.listExtras('e')],
  ['fetchExtra', (node) => node.fetchExtra('e', 'x')],
  ['digest', (node) => node.digest(undefined)],
  ['qualityDigest', (node) => node.qualityDigest('c', 'q')],
  ['events', (node) => Array.fromAsync(node.events(undefined))],
];

const failures = async (
  node: GuardedNode,
  call: (node: RemoteNode) => Promise<unknown>,
  times: number,
): Promise<void> => {
  for (let count = 0; count < times; count += 1) await call(node).catch(() => undefined);
};

describe.each(CALLS)('%s', (_name, call) => {
  it('opens the circuit after failures in a row, and then sends nothing', async () => {
    const inner = memory(timeout);
    const node = withCircuitBreaker(inner, { failuresToOpen: 3 });
    await failures(node, call, 2);
    expect(node.circuit.state).toBe('closed');
    await failures(node, call, 1);
    expect(node.circuit.state).toBe('open');
    const sent = inner.calls.length;
    await expect(call(node)).rejects.toThrow(CircuitOpenError);
    expect(inner.calls).toHaveLength(sent);
  });
});

describe('a guarded node', () => {
  it('is not blamed for a call that we cancelled', async () => {
    const controller = new AbortController();
    const inner = memory(() => {
      controller.abort();
      return timeout();
    });
    const node = withCircuitBreaker(inner, { failuresToOpen: 1 });
    const options = { signal: controller.signal };
    await node.fetchSegment(ADDRESS, options).catch(() => undefined);
    await node.listHour('c', 'q', HOUR, options).catch(() => undefined);
    expect(node.circuit.state).toBe('closed');
  });

  it.each<[string, () => Error]>([
    ['missing content', () => new RemoteContentMissingError({ node: 'n', path: 'x' })],
    ['an extra beyond the limit', () => new RemoteExtraTooLargeError({ node: 'n', path: 'x', limitBytes: 1 })],
  ])('is not blamed for %s', async (_kind, error) => {
    const node = withCircuitBreaker(memory(error), { failuresToOpen: 1 });
    await failures(node, (asked) => asked.fetchExtra('e', 'x'), 3);
    expect(node.circuit.state).toBe('closed');
  });

  it.each<[string, () => Error]>([
    ['a content beyond the limit', tooLarge],
    [
      'a listing beyond the limit',
      () => new ListingTooLargeError({ node: 'n', path: 'x', unit: 'names' as const, limit: 1 }),
    ],
  ])('is on back-off at once after %s', async (_kind, error) => {
    const node = withCircuitBreaker(memory(error), { failuresToOpen: 5 });
    await failures(node, (asked) => asked.fetchSegment(ADDRESS), 1);
    expect(node.circuit.state).toBe('open');
  });

  it('is on back-off at once after names that would leave the archive; what was listed is still given', async () => {
    const inner = memory();
    const listing = { names: ['ok'], refused: 1, unsafe: 1, refusedSample: ['../x'] };
    const node = withCircuitBreaker({ ...inner, listHour: () => Promise.resolve(listing) });
    expect(await node.listHour('c', 'q', HOUR)).toBe(listing);
    expect(node.circuit.state).toBe('open');
  });

  it('does not count as back where the call that tries it brings hostile names', async () => {
    const clock = { nowMs: 0 };
    const states: string[] = [];
    const listing = { names: [], refused: 1, unsafe: 1, refusedSample: ['../x'] };
    const inner = { ...memory(), listHour: () => Promise.resolve(listing) };
    const onStateChange = ({ state }: { state: string }): void => void states.push(state);
    const node = withCircuitBreaker(inner, { now: () => clock.nowMs, onStateChange });
    for (let count = 0; count < 2; count += 1) {
      await node.listHour('c', 'q', HOUR);
      clock.nowMs += 100_000;
    }
    expect(states).toEqual(['open', 'halfOpen', 'open']);
  });

  it('is on back-off when it refuses everything', async () => {
    const refused = (): Error => new ResponseStatusError({ url: 'http://n', status: 403, expected: [200] });
    const node = withCircuitBreaker(memory(refused), { failuresToOpen: 3 });
    await failures(node, (asked) => asked.fetchSegment(ADDRESS), 3);
    expect(node.circuit.state).toBe('open');
  });

  it('is blamed for a body that breaks off, not for one that is left', async () => {
    const inner = memory();
    const content = (error: Error) => ({ sizeBytes: 9, body: broken(error), discard: () => undefined });
    const node = withCircuitBreaker(
      { ...inner, fetchSegment: () => Promise.resolve(content(timeout())) },
      { failuresToOpen: 1 },
    );
    for await (const chunk of (await node.fetchSegment(ADDRESS)).body as AsyncIterable<Uint8Array>) {
      expect(chunk).toHaveLength(1);
      break;
    }
    (await node.fetchSegment(ADDRESS)).discard();
    expect(node.circuit.state).toBe('closed');
    await expect(Array.fromAsync((await node.fetchSegment(ADDRESS)).body as AsyncIterable<Uint8Array>)).rejects.toThrow(
      ResponseTimeoutError,
    );
    expect(node.circuit.state).toBe('open');
  });

  it('is blamed for a part of a batch that breaks off in the hands of its reader', async () => {
    const inner = memory();
    const item = { name: 'x.ts', status: 'ok' as const, sizeBytes: 9, body: broken(tooLarge()) };
    const node = withCircuitBreaker({
      ...inner,
      async *fetchBatch() {
        yield await Promise.resolve(item);
      },
    });
    const read = async (): Promise<void> => {
      for await (const { body } of node.fetchBatch('c', 'q', HOUR, ['x.ts']))
        await Array.fromAsync(body as AsyncIterable<Uint8Array>);
    };
    await expect(read()).rejects.toThrow(ResponseTooLargeError);
    expect(node.circuit.state).toBe('open');
  });

  it('stays available to one try at a time while events are open', async () => {
    const clock = { nowMs: 0 };
    const inner = memory();
    const node = withCircuitBreaker(inner, { failuresToOpen: 1, now: () => clock.nowMs, backoff: { jitter: 0 } });
    node.circuit.admit().fail(new Error('down'));
    clock.nowMs = 20_000;
    const controller = new AbortController();
    const events = node.events(undefined, { signal: controller.signal })[Symbol.asyncIterator]();
    const waiting = events.next();
    await node.listHour('c', 'q', HOUR);
    expect(node.circuit.state).toBe('closed');
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('has the identity of the node that it guards', () => {
    const inner = memory();
    const { key, name, url, trust } = withCircuitBreaker(inner);
    expect({ key, name, url, trust }).toEqual({ key: inner.key, name: inner.name, url: inner.url, trust: inner.trust });
  });
});
