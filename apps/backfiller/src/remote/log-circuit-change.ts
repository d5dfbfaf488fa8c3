import type { CircuitChange } from './circuit-breaker.ts';
import type { RemoteLog } from './remote-log.ts';

/** One line when a node is put on back-off, one when it is back; nothing for each failed try in between, but one for each hostile act. */
export const logCircuitChange = (log: RemoteLog, change: CircuitChange): void => {
  const { node, state, previous, reason, detail, delayMs = 0 } = change;
  const seconds = (delayMs / 1000).toFixed(0);
  if (state === 'closed') log.info({ node }, `Node ${node} works again`);
  if (state !== 'open' || (previous === 'halfOpen' && reason === 'failures')) return;
  const fields = { node, reason, ...(detail instanceof Error ? { err: detail } : { detail }) };
  if (reason === 'hostile')
    log.warn({ ...fields, alert: true }, `Node ${node} misbehaves. Not asked again for ${seconds} s`);
  else log.warn(fields, `Node ${node} fails. Not asked again for ${seconds} s`);
};
