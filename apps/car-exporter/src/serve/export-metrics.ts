import { Counter, Gauge, type Registry } from 'prom-client';
import type { ExportJob } from './export-jobs.ts';

/** Shows the export that runs, and counts those that ended. To be called after each change of a job. */
export function createExportMetrics(registry: Registry): (job: ExportJob) => void {
  const registers = [registry];
  const gauge = (name: string, help: string): Gauge => new Gauge({ name: `waybill_export_${name}`, help, registers });
  const running = gauge('running', 'Whether an export runs.');
  const blocks = gauge('blocks', 'Blocks of the export that runs, or ran last.');
  const bytes = gauge('bytes', 'Bytes of the export that runs, or ran last.');
  const epoch = gauge('epoch', 'Height of the header that was read last.');
  const ended = new Counter({
    name: 'waybill_exports_ended_total',
    help: 'Exports that ended, by how: done, failed or cancelled.',
    labelNames: ['state'],
    registers,
  });
  for (const state of ['done', 'failed', 'cancelled']) ended.inc({ state }, 0);
  return (job) => {
    running.set(job.state === 'running' ? 1 : 0);
    blocks.set(job.blocks);
    bytes.set(job.bytes);
    epoch.set(job.epoch);
    if (job.state !== 'running') ended.inc({ state: job.state });
  };
}
