import type { SelectedSegment, Sequence } from '@waybill/segments';
import { describe, expect, it } from 'vitest';
import type { CutRequest } from '../../../src/cut/plan/cut-request.ts';
import { planCut } from '../../../src/cut/plan/cut-plan.ts';

const SECOND = 1_000_000;

function segment(startSeconds: number, seconds = 2, cutSeconds: number | null = null): SelectedSegment {
  const startMicros = startSeconds * SECOND;
  return {
    ...{ hour: '1970-01-01T00', name: startSeconds.toString(), type: 'full', digest: null },
    ...{ startMicros, durationMicros: seconds * SECOND, endMicros: startMicros + seconds * SECOND },
    cutMicros: cutSeconds === null ? null : cutSeconds * SECOND,
  };
}

function request(ranges: readonly (readonly [number, number])[], more: Partial<CutRequest> = {}): CutRequest {
  const of = ([start, end]: readonly [number, number]) => ({ startMicros: start * SECOND, endMicros: end * SECOND });
  return {
    ...{ channel: 'c', quality: 'q', type: 'smart', transitions: [], allowHoles: false },
    ...{ ranges: ranges.map(of), ...more },
  };
}

/** `name skip-until`, in seconds. */
function shown(sequence: Sequence, range: readonly [number, number], more: Partial<CutRequest> = {}): string[] {
  const { runs } = planCut(request([range], more), [sequence]);
  return runs.flatMap((run) =>
    run.map(({ segment: { name }, skipMicros, untilMicros }) => {
      const until = untilMicros === undefined ? '' : (untilMicros / SECOND).toString();
      return `${name} ${(skipMicros / SECOND).toString()}-${until}`;
    }),
  );
}

const ROW = [segment(0), segment(2), segment(4)];

describe('planCut', () => {
  it('cuts inside the first and the last segment alone', () => {
    expect(shown(ROW, [0.5, 5])).toEqual(['0 0.5-', '2 0-', '4 0-1']);
    expect(shown([segment(0)], [0.5, 1.25])).toEqual(['0 0.5-1.25']);
  });

  it('cuts nothing where a cut lies within 10 ms of the end of a segment', () => {
    for (const range of [
      [0, 6],
      [0.01, 5.99],
    ] as const) {
      expect(planCut(request([range]), [ROW]).isEncoded).toBe(false);
    }
    expect(planCut(request([[0.011, 6]]), [ROW]).isEncoded).toBe(true);
    expect(shown(ROW, [1.99, 4.01])).toEqual(['2 0-']);
  });

  it('cuts a bad segment off where a better one takes over', () => {
    expect(shown([segment(0, 2, 1.5), segment(1.5)], [0, 3.5])).toEqual(['0 0-1.5', '1.5 0-']);
  });

  it('makes a run of what has no hole in it, and refuses holes unless they are allowed', () => {
    const sequence = [segment(0), null, segment(4), segment(6)];
    const plan = planCut(request([[0, 8]], { allowHoles: true }), [sequence]);
    expect(plan.runs.map((run) => run.length)).toEqual([1, 2]);
    expect(plan.lengthMicros).toBe(6 * SECOND);
    expect(() => planCut(request([[0, 8]]), [sequence])).toThrow('contains holes');
    expect(() => planCut(request([[0, 8]], { allowHoles: true }), [[null]])).toThrow('no content');
  });

  it('leaves out a segment that begins behind the end', () => {
    expect(shown([segment(0), null, segment(9)], [0, 8], { allowHoles: true })).toEqual(['0 0-']);
  });

  it('takes the time of a transition from both ranges', () => {
    const transitions = [{ name: 'fade', micros: SECOND }];
    const plan = planCut(
      request(
        [
          [0, 4],
          [10, 14],
        ],
        { transitions },
      ),
      [ROW, [segment(10), segment(12)]],
    );
    expect(plan.steps.map(({ kind }) => kind)).toEqual(['pieces', 'transition', 'pieces']);
    expect(plan.lengthMicros).toBe(7 * SECOND);
    const [, transition] = plan.steps;
    if (transition?.kind !== 'transition') throw new Error('there is a transition');
    expect(transition.from).toMatchObject([{ segment: { name: '2' }, skipMicros: SECOND }]);
    expect(transition.to).toMatchObject([{ segment: { name: '10' }, skipMicros: 0, untilMicros: SECOND }]);
  });

  it('refuses a transition over a hole, or longer than its ranges', () => {
    const ranges = [
      [0, 4],
      [10, 14],
    ] as const;
    const holed = [[segment(0), null], [segment(10)]] as const;
    const fade = (seconds: number) => [{ name: 'fade', micros: seconds * SECOND }];
    const more = { transitions: fade(1), allowHoles: true };
    expect(() =>
      planCut(
        request(ranges, more),
        holed.map((one) => [...one]),
      ),
    ).toThrow('hole where a transition');
    expect(() => planCut(request(ranges, { transitions: fade(5) }), [ROW, ROW])).toThrow('shorter than');
  });
});
