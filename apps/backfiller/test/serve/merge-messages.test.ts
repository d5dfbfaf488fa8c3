import { tierCount } from '@waybill/test-kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../src/serve/chat/chat-message.ts';
import { mergeMessages, sortMessages } from '../../src/serve/chat/merge-messages.ts';

const join = (time: number, timeRange: number, receiver: string): ChatMessage => ({
  time,
  time_range: timeRange,
  receivers: { [receiver]: time },
});
const said = (id: string, time: number, text: string): ChatMessage & { text: string } => ({
  time,
  time_range: 0,
  tags: { id },
  text,
});

describe('mergeMessages', () => {
  it('takes messages without an id for one where their times overlap, and narrows the time', () => {
    expect(mergeMessages([join(10, 5, 'a')], [join(12, 10, 'b')])).toEqual([
      { time: 12, time_range: 3, receivers: { a: 10, b: 12 } },
    ]);
    expect(mergeMessages([join(10, 1, 'a')], [join(12, 1, 'b')])).toHaveLength(2);
  });

  it('keeps both of two equal messages of one batch', () => {
    expect(mergeMessages([], [join(10, 5, 'a'), join(10, 5, 'a')])).toHaveLength(2);
    expect(mergeMessages([join(10, 5, 'a'), join(10, 5, 'a')], [join(10, 5, 'b')])).toHaveLength(2);
  });

  it('keeps both of two messages with one id that say something else, where wubloader fails', () => {
    expect(mergeMessages([said('1', 10, 'x')], [said('1', 10, 'y')])).toHaveLength(2);
  });

  it('does not mind the order of members', () => {
    const a = { time: 1, time_range: 0, tags: { id: '1', x: [1] } };
    const b = { tags: { x: [1], id: '1' }, time_range: 0, time: 1 };
    expect(mergeMessages([a], [b])).toHaveLength(1);
  });

  it('gives the same, whoever comes first, and nothing new for what is there already', () => {
    const message = fc.record({
      id: fc.constantFrom('1', '2', '3'),
      text: fc.constantFrom('x', 'y'),
      receiver: fc.constantFrom('a', 'b'),
    });
    const batch = fc.uniqueArray(message, { selector: ({ id, text }) => id + text }).map((list) =>
      list.map(({ id, text, receiver }): ChatMessage => ({
        ...said(id, Number(id), text),
        receivers: { [receiver]: 1 },
      })),
    );
    fc.assert(
      fc.property(batch, batch, (a, b) => {
        const merged = sortMessages(mergeMessages(a, b));
        expect(sortMessages(mergeMessages(b, a))).toEqual(merged);
        expect(sortMessages(mergeMessages(merged, a))).toEqual(merged);
      }),
      { numRuns: tierCount({ push: 200, nightly: 2000 }) },
    );
  });
});
