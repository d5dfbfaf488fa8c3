import { describe, expect, it } from 'vitest';
import { CircuitBreaker } from '../../src/remote/circuit-breaker.ts';
import { logCircuitChange } from '../../src/remote/log-circuit-change.ts';
import { createMemoryLog } from '../support/memory-log.ts';

const open = () => {
  const clock = { nowMs: 0 };
  const log = createMemoryLog();
  const circuit = new CircuitBreaker({
    node: 'n',
    failuresToOpen: 1,
    backoff: { jitter: 0 },
    now: () => clock.nowMs,
    onStateChange: (change) => {
      logCircuitChange(log, change);
    },
  });
  return { clock, log, circuit };
};

describe('the log of a circuit', () => {
  it('has one line for an outage, however long, and one for its end', () => {
    const { clock, log, circuit } = open();
    for (let count = 0; count < 10; count += 1) {
      circuit.admit().fail(new Error('down'));
      clock.nowMs += 100_000;
    }
    circuit.admit().succeed();
    expect(log.lines).toMatchObject([
      { level: 'warn', message: 'Node n fails. Not asked again for 10 s', fields: { node: 'n', reason: 'failures' } },
      { level: 'info', message: 'Node n works again' },
    ]);
  });

  it('has an alert for every hostile act', () => {
    const { clock, log, circuit } = open();
    circuit.reportHostile({ unsafeNames: 3 });
    clock.nowMs += 100_000;
    circuit.admit();
    circuit.reportHostile({ unsafeNames: 4 });
    expect(log.lines).toMatchObject([
      {
        level: 'warn',
        message: 'Node n misbehaves. Not asked again for 80 s',
        fields: { alert: true, detail: { unsafeNames: 3 } },
      },
      { level: 'warn', fields: { alert: true, detail: { unsafeNames: 4 } } },
    ]);
  });
});
