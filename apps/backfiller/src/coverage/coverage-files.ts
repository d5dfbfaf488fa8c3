import path from 'node:path';
import { coverageReport } from './coverage-report.ts';
import type { CoverageReport } from './coverage-report.ts';
import { encodeMap, paintCoverage } from './coverage-map.ts';
import { coveragePage } from './coverage-page.ts';
import type { PageNode } from './coverage-page.ts';
import { hoursShown } from './pair-coverage.ts';
import type { HoursAsked, PairCoverage } from './pair-coverage.ts';
import { writeIfChanged } from './write-if-changed.ts';
import type { WriteIfChangedOptions } from './write-if-changed.ts';

export interface CoverageFilesInit extends HoursAsked {
  /** Absolute. */
  readonly outputDirectory: string;
  /** The nodes whose maps a page shows; undefined: no page is made. */
  readonly nodes?: (() => readonly PageNode[]) | undefined;
  readonly durability?: WriteIfChangedOptions['durability'];
}

interface Rendered {
  readonly coverage: PairCoverage;
  readonly report: CoverageReport;
  readonly files: readonly (readonly [extension: string, bytes: Uint8Array])[];
}

/**
 * CHANNEL_QUALITY_coverage.png, .json and .html (spec section 1.5), each whole at any time. What did not change is neither
 * made nor written again; what somebody removed is written again.
 */
export class CoverageFiles {
  readonly #init: CoverageFilesInit;
  readonly #rendered = new Map<string, Rendered>();

  constructor(init: CoverageFilesInit) {
    this.#init = init;
  }

  /** Undefined, and no file, where the coverage has no hour to show. */
  async write(
    channel: string,
    quality: string,
    coverage: PairCoverage,
    options: WriteIfChangedOptions = {},
  ): Promise<CoverageReport | undefined> {
    const rendered = this.#render(channel, quality, coverage);
    if (rendered === undefined) return undefined;
    const { outputDirectory, nodes, durability } = this.#init;
    const stem = `${channel}_${quality}_coverage`;
    const page = nodes === undefined ? [] : [['html', coveragePage(channel, quality, nodes())] as const];
    for (const [extension, bytes] of [...rendered.files, ...page])
      await writeIfChanged(path.join(outputDirectory, `${stem}.${extension}`), bytes, { durability, ...options });
    return rendered.report;
  }

  #render(channel: string, quality: string, coverage: PairCoverage): Rendered | undefined {
    const pair = `${channel}/${quality}`;
    const known = this.#rendered.get(pair);
    if (known?.coverage === coverage) return known;
    const range = hoursShown(coverage, this.#init);
    if (range === undefined) return undefined;
    const report = coverageReport(channel, quality, coverage, range);
    const png = encodeMap(paintCoverage(coverage, range.startMicros, range.endMicros));
    const json = new TextEncoder().encode(`${JSON.stringify(report)}\n`);
    const rendered: Rendered = {
      coverage,
      report,
      files: [
        ['png', png],
        ['json', json],
      ],
    };
    this.#rendered.set(pair, rendered);
    return rendered;
  }
}
