import { describe, expect, it } from 'vitest';
import { CircuitBreaker } from '../../src/remote/circuit-breaker.ts';
import type { CircuitChange } from '../../src/remote/circuit-breaker.ts';
import { CircuitOpenError } from '../../src/remote/circuit-open-error.ts';

const open = (failuresToOpen = 3) => {
  const clock = { nowMs: 1_000 };
  const changes: CircuitChange[] = [];
  const circuit = new CircuitBreaker({
    node: 'n',
    failuresToOpen,
    backoff: { jitter: 0 },
    now: () => clock.nowMs,
    onStateChange: (change) => changes.push(change),
  });
  const fail = (times = 1): void => {
    for (let count = 0; count < times; count += 1) circuit.admit().fail(new Error('down'));
  };
  return { circuit, clock, changes, fail };
};

describe('a circuit breaker', () => {
  it('lets calls through until as many fail in a row as it takes', () => {
    const { circuit, fail } = open(3);
    fail(2);
    circuit.admit().succeed();
    fail(2);
    expect(circuit.state).toBe('closed');
    fail(1);
    expect(circuit.state).toBe('open');
    expect(() => circuit.admit()).toThrow(CircuitOpenError);
  });

  it('says when the next call may go through', () => {
    const { circuit, clock, fail } = open(1);
    expect(circuit.waitMs).toBe(0);
    fail();
    expect(circuit.waitMs).toBe(10_000);
    clock.nowMs += 4_000;
    expect(circuit.waitMs).toBe(6_000);
    expect(() => circuit.admit()).toThrow(/6\.0 s/);
    clock.nowMs += 9_000;
    expect(circuit.waitMs).toBe(0);
  });

  it('tries one call at a time after the delay, and closes when it succeeds', () => {
    const { circuit, clock, fail } = open(1);
    fail();
    clock.nowMs += 10_000;
    const trial = circuit.admit();
    expect(circuit.state).toBe('halfOpen');
    expect(() => circuit.admit()).toThrow(CircuitOpenError);
    trial.succeed();
    expect(circuit.state).toBe('closed');
    circuit.admit();
    circuit.admit();
  });

  it('waits 10, 20, 40, 80 and then always 80 s while the tries fail', () => {
    const { clock, changes, fail } = open(1);
    for (let count = 0; count < 6; count += 1) {
      fail();
      clock.nowMs += 80_000;
    }
    const delays = changes.filter((change) => change.state === 'open').map((change) => change.delayMs);
    expect(delays).toEqual([10_000, 20_000, 40_000, 80_000, 80_000, 80_000]);
  });

  it('lets another call try when the trying one is cancelled', () => {
    const { circuit, clock, fail } = open(1);
    fail();
    clock.nowMs += 10_000;
    circuit.admit().abandon();
    expect(circuit.state).toBe('halfOpen');
    circuit.admit().succeed();
    expect(circuit.state).toBe('closed');
  });

  it('opens at once, for the longest delay, after a hostile act', () => {
    const { circuit, changes } = open(5);
    circuit.reportHostile('ten gigabytes');
    expect(circuit.state).toBe('open');
    expect(changes).toEqual([
      { node: 'n', state: 'open', previous: 'closed', reason: 'hostile', detail: 'ten gigabytes', delayMs: 80_000 },
    ]);
  });

  it('hears nothing of calls that began before it changed', () => {
    const { circuit, clock, fail } = open(2);
    const slow = circuit.admit();
    const slower = circuit.admit();
    fail(2);
    slow.succeed();
    expect(circuit.state).toBe('open');
    clock.nowMs += 10_000;
    circuit.admit().succeed();
    slower.fail(new Error('late'));
    fail(1);
    expect(circuit.state).toBe('closed');
  });

  it('counts each call once', () => {
    const { circuit } = open(2);
    const ticket = circuit.admit();
    ticket.fail(new Error('down'));
    ticket.fail(new Error('down'));
    ticket.abandon();
    expect(circuit.state).toBe('closed');
  });

  it('keeps long delays for a node that only ever succeeds a little', () => {
    const { circuit, clock, changes, fail } = open(3);
    for (let count = 0; count < 3; count += 1) {
      fail(3);
      clock.nowMs += 100_000;
      circuit.admit().succeed();
      circuit.admit().succeed();
    }
    circuit.admit().succeed();
    fail(3);
    const delays = changes.filter((change) => change.state === 'open').map((change) => change.delayMs);
    expect(delays).toEqual([10_000, 20_000, 40_000, 10_000]);
  });
});
