import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { NodeChanges } from '../../src/nodes/compare-nodes.ts';
import { createNodeEntry } from '../../src/nodes/node-entry.ts';
import { createNodeRegistry } from '../../src/nodes/node-registry.ts';
import type { NodeRegistry, NodeRegistryInit } from '../../src/nodes/node-registry.ts';
import type { NodeList, NodeSource } from '../../src/nodes/node-source.ts';
import { createMemoryLog } from '../support/memory-log.ts';

interface FakeSource extends NodeSource {
  answer: () => Promise<NodeList>;
  asked: number;
}

const listOf = (...urls: string[]): Promise<NodeList> =>
  Promise.resolve({ entries: urls.map((url) => createNodeEntry({ url })), problems: [] });
const never = (): Promise<NodeList> => new Promise(() => undefined);
const down = (): Promise<NodeList> => Promise.reject(new Error('connection refused'));

const fakeSource = (label: string, answer: () => Promise<NodeList>): FakeSource => {
  const source: FakeSource = {
    label,
    answer,
    asked: 0,
    list: () => {
      source.asked += 1;
      return source.answer();
    },
  };
  return source;
};

const keys = (registry: NodeRegistry): string[] => registry.nodes.map((node) => node.key);
const elapse = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

describe('a node registry', () => {
  const registries: NodeRegistry[] = [];
  const open = (sources: NodeSource[], more: Partial<NodeRegistryInit> = {}) => {
    const log = createMemoryLog();
    const errors = { count: 0 };
    const onListError = (): void => {
      errors.count += 1;
    };
    const registry = createNodeRegistry({ sources, log, onListError, ...more });
    registries.push(registry);
    return { registry, log, errors };
  };

  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(async () => {
    await Promise.all(registries.splice(0).map((registry) => registry.stop()));
    vi.useRealTimers();
  });

  it('asks a source once per refresh, whatever the number of channels and qualities', async () => {
    const database = fakeSource('database', () => listOf('http://a', 'http://b'));
    const { registry } = open([database]);
    await registry.start();
    const seen = new Set<string>();
    for (let refresh = 0; refresh < 4; refresh += 1) {
      for (const channel of ['c1', 'c2', 'c3', 'c4', 'c5']) {
        for (const quality of ['source', '480p', 'chat'])
          for (const key of keys(registry)) seen.add(`${channel}/${quality}/${key}`);
      }
      await elapse(33_000);
    }
    expect(seen.size).toBe(5 * 3 * 2);
    expect(database.asked).toBeGreaterThanOrEqual(4);
    expect(database.asked).toBeLessThanOrEqual(5);
  });

  it('follows what its sources say', async () => {
    const source = fakeSource('database', () => listOf('http://a', 'http://b'));
    const { registry, log } = open([source]);
    const changes: NodeChanges[] = [];
    const stopListening = registry.onChange((change) => changes.push(change));
    await registry.start();
    expect(keys(registry)).toEqual(['http://a', 'http://b']);
    source.answer = () => listOf('http://b', 'http://c');
    await elapse(33_000);
    expect(keys(registry)).toEqual(['http://b', 'http://c']);
    await elapse(66_000);
    stopListening();
    source.answer = () => listOf();
    await elapse(33_000);
    expect(keys(registry)).toEqual([]);
    expect(changes).toMatchObject([
      { added: [{ key: 'http://a' }, { key: 'http://b' }], removed: [] },
      { added: [{ key: 'http://c' }], removed: [{ key: 'http://a' }] },
    ]);
    expect(log.lines.map((line) => line.message)).toEqual([
      'Nodes fetched: [a, b]',
      'Nodes fetched: [b, c]',
      'Nodes fetched: []',
    ]);
  });

  it('uses the other sources at once where one is slow at the start', async () => {
    const { registry } = open([fakeSource('static', () => listOf('http://a')), fakeSource('database', never)]);
    let started = false;
    const starting = registry.start().then(() => (started = true));
    await elapse(1);
    expect(keys(registry)).toEqual(['http://a']);
    expect(started).toBe(false);
    await elapse(5_000);
    await starting;
    expect(started).toBe(true);
  });

  it('uses the other sources where one is down at the start, and that one when it is back', async () => {
    const database = fakeSource('database', down);
    const { registry, log } = open([fakeSource('static', () => listOf('http://a')), database]);
    await registry.start();
    expect(keys(registry)).toEqual(['http://a']);
    database.answer = () => listOf('http://b');
    await elapse(33_000);
    expect(keys(registry)).toEqual(['http://a', 'http://b']);
    expect(log.lines.filter((line) => line.message.startsWith('Getting nodes'))).toMatchObject([
      { level: 'warn', fields: { source: 'database', keptNodes: 0 } },
      { level: 'info', message: 'Getting nodes works again', fields: { source: 'database' } },
    ]);
  });

  it.each([
    ['down', down],
    ['silent', never],
  ])('keeps the last known nodes of a source that is %s, with one log line for the outage', async (_kind, broken) => {
    const database = fakeSource('database', () => listOf('http://b'));
    const other = fakeSource('file', () => listOf('http://a'));
    const { registry, log, errors } = open([database, other]);
    await registry.start();
    database.answer = broken;
    other.answer = () => listOf('http://a', 'http://c');
    await elapse(600_000);
    expect(keys(registry)).toEqual(['http://b', 'http://a', 'http://c']);
    expect(database.asked).toBeGreaterThan(10);
    expect(errors.count).toBeGreaterThan(10);
    expect(log.lines.filter((line) => line.message.startsWith('Getting nodes failed'))).toHaveLength(1);
    database.answer = () => listOf('http://d');
    await elapse(66_000);
    expect(keys(registry)).toContain('http://d');
    expect(log.lines.filter((line) => line.message === 'Getting nodes works again')).toHaveLength(1);
  });

  it('reports unusable lines once as long as they are the same, and uses the others', async () => {
    const good = createNodeEntry({ url: 'http://a' });
    const file = fakeSource('file', () => Promise.resolve({ entries: [good], problems: ['line 2: bad'] }));
    const { registry, log, errors } = open([file]);
    await registry.start();
    await elapse(200_000);
    expect(keys(registry)).toEqual(['http://a']);
    expect(log.lines.filter((line) => line.message === 'Some nodes cannot be used')).toMatchObject([
      { fields: { problems: ['line 2: bad'] } },
    ]);
    expect(errors.count).toBeGreaterThan(3);
  });

  it('goes on when a listener fails', async () => {
    const { registry, log } = open([fakeSource('static', () => listOf('http://a'))]);
    let told = 0;
    registry.onChange(() => {
      throw new Error('listener');
    });
    registry.onChange(() => {
      told += 1;
    });
    await registry.start();
    expect(told).toBe(1);
    expect(log.lines.some((line) => line.message.includes('listener'))).toBe(true);
  });

  it('asks nobody after it is stopped, nor when its signal fires', async () => {
    const source = fakeSource('database', () => listOf('http://a'));
    const first = open([source]).registry;
    await first.start();
    await first.stop();
    const controller = new AbortController();
    const second = open([source]).registry;
    await second.start({ signal: controller.signal });
    controller.abort();
    await elapse(600_000);
    expect(source.asked).toBe(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends its start with the signal, also while a source hangs', async () => {
    const controller = new AbortController();
    const reason = new Error('stop');
    const { registry } = open([fakeSource('database', never)]);
    const starting = registry.start({ signal: controller.signal });
    controller.abort(reason);
    await expect(starting).rejects.toBe(reason);
    expect(vi.getTimerCount()).toBe(0);
  });
});
