import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { SignalFans } from '../src/signal-fans.ts';

const listenersOf = ({ signal }: AbortController): number => getEventListeners(signal, 'abort').length;

test('tells everybody who listens the reason, through one listener', () => {
  const fans = new SignalFans();
  const controller = new AbortController();
  const heard: unknown[] = [];
  for (let number = 0; number < 3; number++) fans.add(controller.signal, (reason) => heard.push(number, reason));
  const gone = (): void => void heard.push('gone');
  fans.add(controller.signal, gone);
  fans.remove(controller.signal, gone);
  expect(listenersOf(controller)).toBe(1);
  controller.abort('enough');
  expect(heard).toEqual([0, 'enough', 1, 'enough', 2, 'enough']);
  expect(listenersOf(controller)).toBe(0);
});

test('keeps no listener when nobody listens any more, and begins anew afterwards', () => {
  const fans = new SignalFans();
  const controller = new AbortController();
  const heard: unknown[] = [];
  const listener = (reason: unknown): void => void heard.push(reason);
  fans.add(controller.signal, listener);
  fans.remove(controller.signal, listener);
  fans.remove(controller.signal, listener);
  expect(listenersOf(controller)).toBe(0);
  fans.add(controller.signal, listener);
  controller.abort('now');
  expect(heard).toEqual(['now']);
});
