import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { AbortOptions } from '@waybill/common';
import { RangeInvalidError } from '../chain/chain-errors.ts';
import type { Tipset } from '../chain/tipset.ts';
import { exportSnapshot } from '../export/export-snapshot.ts';
import { openFileSink } from '../output/export-sink.ts';
import { snapshotName } from '../output/output-path.ts';
import type { ChainSource } from '../store/chain-source.ts';
import { exportRangeRule } from '../walk/export-rule.ts';
import type { ExportJob, ExportJobs } from './export-jobs.ts';
import { ExportSpaceLowError } from './rpc-errors.ts';
import type { ExportRangeParams } from './rpc-params.ts';

export interface RangeExporterInit {
  readonly source: ChainSource;
  readonly jobs: ExportJobs;
  /** Where snapshots go. */
  readonly outputDir: string;
  /** No export begins where less is free. */
  readonly minFreeBytes: number;
  readonly verify: boolean;
}

/** Begins exports of ranges into the folder of the server. */
export class RangeExporter {
  readonly #init: RangeExporterInit;

  constructor(init: RangeExporterInit) {
    this.#init = init;
  }

  head(options: AbortOptions = {}): Promise<Tipset> {
    return this.#init.source.resolve('@head', options);
  }

  /**
   * Checks the request and begins.
   * @throws ExportBusyError, RangeInvalidError, ExportSpaceLowError; what a reference throws.
   */
  async start(
    params: ExportRangeParams,
    options: AbortOptions = {},
  ): Promise<{ id: string; done: Promise<ExportJob> }> {
    const { source, jobs, outputDir } = this.#init;
    jobs.assertIdle();
    const head = await source.resolve(params.head, options);
    const tail = await source.resolve(params.tail, options);
    if (head.height < tail.height) throw new RangeInvalidError(head.height, tail.height);
    await this.#assertSpace();
    const range = { tailHeight: tail.height, headHeight: head.height };
    const path = join(outputDir, snapshotName(range, 'car', Date.now()));
    return jobs.start({
      ...range,
      path,
      work: (onStatus, { signal }) => {
        const openSink = (sinkOptions: AbortOptions) =>
          openFileSink(path, { durability: 'full', checksum: true, force: false, ...sinkOptions });
        const rule = exportRangeRule({ ...params, tailHeight: tail.height });
        const settings = this.#settings(params);
        return exportSnapshot({ source, head: head.cids, rule, range, settings, openSink, onStatus }, { signal });
      },
    });
  }

  #settings({ workers, writeBufferBytes }: ExportRangeParams) {
    const { verify } = this.#init;
    return { format: 'car', snapshotVersion: 1, level: 3, writeBufferBytes, workers, verify } as const;
  }

  async #assertSpace(): Promise<void> {
    const { outputDir, minFreeBytes } = this.#init;
    const { bavail, bsize } = await statfs(outputDir);
    if (bavail * bsize < minFreeBytes) throw new ExportSpaceLowError(bavail * bsize, minFreeBytes);
  }
}
