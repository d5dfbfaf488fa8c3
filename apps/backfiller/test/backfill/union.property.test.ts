import { ResponseTruncatedError, NodeUnreachableError } from '@waybill/http-kit';
import { seededRandom, tierCount } from '@waybill/test-kit';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createMemoryRemoteNode } from '../support/memory-remote-node.ts';
import type { MemoryRemoteNode } from '../support/memory-remote-node.ts';
import { digestText } from '../support/test-names.ts';
import { CHANNEL, makeSegment, NOW_MS, openScene, QUALITY, stateOf } from './support.ts';
import type { MadeSegment } from './support.ts';

const HOURS = ['2026-05-01T08', '2026-05-01T09', '2026-05-01T10'];
const ALL: readonly MadeSegment[] = HOURS.flatMap((hour) =>
  Array.from({ length: 12 }, (_, at) => makeSegment(2 * at, { hour })),
);

interface Scene {
  readonly seed: number;
  /** For each node: which segments it has, and how often its calls fail. */
  readonly nodes: readonly {
    readonly has: readonly boolean[];
    readonly protocol: 1 | null;
    readonly failures: number;
  }[];
  readonly local: readonly boolean[];
}

const scenes: fc.Arbitrary<Scene> = fc.record({
  seed: fc.nat(),
  nodes: fc.array(
    fc.record({
      has: fc.array(fc.boolean(), { minLength: ALL.length, maxLength: ALL.length }),
      protocol: fc.constantFrom(1 as const, null),
      failures: fc.constantFrom(0, 0.02, 0.1, 0.3),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  local: fc.array(fc.boolean(), { minLength: ALL.length, maxLength: ALL.length }),
});

/** A node that fails at random: calls, single items of batches, wrong, short and missing contents. */
class FaultyNode {
  readonly node: MemoryRemoteNode;
  /** How often each segment's content was given out or refused. */
  readonly attempts = new Map<string, number>();
  /** Content that was spoilt on the way, or not given. */
  readonly failed = new Map<string, number>();
  failures: number;

  constructor(
    name: string,
    segments: readonly MadeSegment[],
    protocol: 1 | null,
    failures: number,
    random: () => number,
  ) {
    this.failures = failures;
    const has = new Map(segments.map((segment) => [segment.path, segment]));
    this.node = createMemoryRemoteNode({
      name,
      protocol,
      files: Object.fromEntries(segments.map((each) => [each.path, each.content])),
    });
    this.node.onCall = ({ method, target }) => {
      const segment = has.get(target);
      const isContent = segment !== undefined && (method === 'fetchSegment' || method === 'fetchBatch');
      if (isContent) count(this.attempts, target);
      if (isContent) this.node.put(target, segment.content);
      if (method === 'protocol' || random() >= this.failures) return;
      if (isContent) count(this.failed, target);
      if (isContent && random() < 0.4) this.node.put(target, new Uint8Array([1, 2, 3]));
      else if (isContent && random() < 0.3)
        throw new ResponseTruncatedError({ url: name, expectedBytes: 9, receivedBytes: 3 });
      else throw new NodeUnreachableError({ url: name, cause: new Error('ECONNRESET') });
    };
  }
}

const count = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);

it('after some passes everything that any node has is here, nothing wrong is, and nothing was fetched more often than it failed, plus once', async () => {
  await fc.assert(
    fc.asyncProperty(scenes, async ({ seed, nodes, local }) => {
      await using scene = await openScene();
      const { archive } = scene;
      const random = seededRandom(seed);
      for (const [at, { path: file, name, content }] of ALL.entries()) {
        const hour = file.split('/')[2] ?? '';
        if (local[at] === true)
          await archive.publishSegment({ channel: CHANNEL, quality: QUALITY, hour, name }, content);
      }
      const faulty = nodes.map(
        ({ has, protocol, failures }, at) =>
          new FaultyNode(
            `n${at}`,
            ALL.filter((_, index) => has[index]),
            protocol,
            failures,
            random,
          ),
      );
      let nowMs = NOW_MS;
      const settings = { batchSize: 4, downloadConcurrency: 2, totalConcurrency: 3 };
      const state = stateOf(scene.base);
      const { engine } = scene.engine({
        nodes: faulty.map(({ node }) => node),
        state,
        settings,
        now: () => nowMs,
      });

      let complete = false;
      for (let pass = 0; pass < 12 && !complete; pass += 1) {
        // In the end the network is well again; by then no bad copy is still waited for.
        if (pass >= 6) for (const each of faulty) each.failures = 0;
        complete = (await engine.runPass()).complete;
        nowMs += 2 * 86_400_000;
      }

      const union = ALL.filter((_, at) => local[at] === true || nodes.some(({ has }) => has[at]));
      const here = new Set<string>();
      for (const hour of HOURS) {
        for (const name of (await archive.listHour(CHANNEL, QUALITY, hour)).names) {
          here.add(`${CHANNEL}/${QUALITY}/${hour}/${name}`);
          const content = await archive.open({ channel: CHANNEL, quality: QUALITY, hour, name });
          expect(name).toContain(digestText(content?.bytes ?? ''));
        }
      }
      expect(complete).toBe(true);
      expect(here).toEqual(new Set(union.map((segment) => segment.path)));
      for (const [at, segment] of ALL.entries()) {
        const attempts = faulty.reduce((sum, each) => sum + (each.attempts.get(segment.path) ?? 0), 0);
        const failed = faulty.reduce((sum, each) => sum + (each.failed.get(segment.path) ?? 0), 0);
        expect(attempts).toBeLessThanOrEqual(failed + 1);
        if (local[at] === true) expect(attempts).toBe(0);
      }
    }),
    { numRuns: tierCount({ push: 40, nightly: 1000 }) },
  );
}, 600_000);
