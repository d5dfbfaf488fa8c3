import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Where to measure: a disk, not a tmpfs. `WAYBILL_BENCH_FOLDER`, or the folder for temporary files. */
export function openBenchFolder(): Disposable & { readonly path: string } {
  const folder = mkdtempSync(path.join(process.env['WAYBILL_BENCH_FOLDER'] ?? tmpdir(), 'waybill-bench-'));
  return {
    path: folder,
    [Symbol.dispose]() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
