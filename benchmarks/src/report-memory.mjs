// node --import report-memory.mjs: writes the peak of this process's memory, in bytes, to the file that $WAYBILL_BENCH_MEMORY names.
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const file = process.env['WAYBILL_BENCH_MEMORY'];
if (isMainThread && file !== undefined)
  process.on('exit', () => writeFileSync(file, String(process.resourceUsage().maxRSS * 1024)));
