import { temporaryDirectory, waitFor } from '@waybill/test-kit';
import { describe, it } from 'vitest';
import { listFiles } from './support/archive-files.ts';
import { runOnce, startPasses } from './support/backfiller.ts';
import { dribble, hang, on } from './support/faults.ts';
import { startFaultyNode } from './support/faulty-node.ts';
import { filesOf, makeSegments } from './support/made-segments.ts';

const SEGMENTS = /^\/segments\//;

// Rows of the table of faults (segments specification, section 2). They wait for time limits, all at the same time.
describe.concurrent('a node that keeps its callers waiting', () => {
  const files = filesOf(makeSegments(100));

  it.for([
    ['never answers', hang],
    ['sends a byte a second', dribble(300_000)],
  ] as const)(
    'and %s is asked for a few segments only; another node brings them',
    async ([_what, answer], { expect }) => {
      await using copy = await temporaryDirectory();
      await using slow = await startFaultyNode({ files, fault: on(SEGMENTS, answer) });
      await using good = await startFaultyNode({ files });
      const nodes = [`${slow.url}#name=slow`, `${good.url}#name=good`];
      await using passes = await startPasses(copy.path, nodes, ['--interval', '1h']);
      await waitFor(() => listFiles(copy.path).length === 100, { timeoutMs: 90_000, what: 'the complete archive' });
      await waitFor(async () => (await passes.metrics()).sum('node_circuit_open', { remote: 'slow' }) === 1);
      const failed = async (): Promise<number> =>
        (await passes.metrics()).sum('backfill_attempts_failed_total', { remote: 'slow', reason: 'timeout' });
      await waitFor(async () => (await failed()) >= 5, { timeoutMs: 30_000, what: 'the end of all five slots' });
      expect(await failed()).toBe(5);
      // A large one is asked for twice: first as a whole, then as a stream.
      expect(slow.count(SEGMENTS)).toBeLessThanOrEqual(10);
      expect(passes.logs().filter(({ msg }) => /^Node slow fails. Not asked again for/.test(msg))).toHaveLength(1);
      expect(passes.logs().length).toBeLessThan(15);
    },
  );

  it('in its listings ends a single pass with 3', async ({ expect }) => {
    await using copy = await temporaryDirectory();
    await using node = await startFaultyNode({ files, fault: on(/^\/files\//, hang) });
    const { code, report } = await runOnce(copy.path, [node.url]);
    expect(code).toBe(3);
    expect(report.nodes[0]?.error?.code).toBe('ERR_RESPONSE_TIMEOUT');
    expect(node.requests.length).toBeLessThan(10);
  });
});
