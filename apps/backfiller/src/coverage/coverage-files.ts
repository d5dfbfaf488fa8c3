import { hash } from 'node:crypto';
import path from 'node:path';
import { coverageReport } from './coverage-report.ts';
import type { CoverageReport } from './coverage-report.ts';
import { encodeMap, MAP_VERSION, paintCoverage } from './coverage-map.ts';
import { coveragePage } from './coverage-page.ts';
import type { PageNode } from './coverage-page.ts';
import { shownOf } from './pair-coverage.ts';
import type { HoursAsked, PairCoverage } from './pair-coverage.ts';
import { readIfThere } from './read-if-there.ts';
import { writeIfChanged } from './write-if-changed.ts';
import type { WriteIfChangedOptions } from './write-if-changed.ts';

export interface CoverageFilesInit extends HoursAsked {
  /** Absolute. */
  readonly outputDirectory: string;
  /** The nodes whose maps a page shows; undefined: no page is made. */
  readonly nodes?: (() => readonly PageNode[]) | undefined;
  readonly durability?: WriteIfChangedOptions['durability'];
  /** Milliseconds since the epoch. Default Date.now. */
  readonly now?: (() => number) | undefined;
}

/**
 * CHANNEL_QUALITY_coverage.png, .json and .html (spec section 1.5), each whole at any time. What did not change is neither
 * made nor written again, by no later process either; what somebody removed or changed is written again.
 */
export class CoverageFiles {
  readonly #init: CoverageFilesInit;

  constructor(init: CoverageFilesInit) {
    this.#init = init;
  }

  /** Undefined, and no file, where the coverage has no hour to show. */
  async write(
    channel: string,
    quality: string,
    coverage: PairCoverage,
    given: WriteIfChangedOptions = {},
  ): Promise<CoverageReport | undefined> {
    const { outputDirectory, nodes, durability, now } = this.#init;
    const shown = shownOf(coverage, this.#init, now?.());
    if (shown === undefined) return undefined;
    const options = { durability, ...given };
    const fileOf = (extension: string): string =>
      path.join(outputDirectory, `${channel}_${quality}_coverage.${extension}`);
    const report = coverageReport(channel, quality, shown);
    const said = JSON.stringify(report);
    if (!(await isDrawn(said, fileOf('png'), fileOf('json')))) {
      const { startMicros, endMicros } = shown.range;
      const map = await encodeMap(paintCoverage(shown.coverage, startMicros, endMicros));
      await writeIfChanged(fileOf('png'), map, options);
      // The last of the two: it says which map belongs to it.
      await writeIfChanged(fileOf('json'), withMap(said, map), options);
    }
    if (nodes !== undefined) await writeIfChanged(fileOf('html'), coveragePage(channel, quality, nodes()), options);
    return report;
  }
}

/** Whether the files say this already. A map is all that its report tells of: when that is the same, the map need not be drawn. */
async function isDrawn(said: string, mapFile: string, reportFile: string): Promise<boolean> {
  const [map, report] = await Promise.all([readIfThere(mapFile), readIfThere(reportFile)]);
  return map !== undefined && report?.equals(withMap(said, map)) === true;
}

function withMap(said: string, map: Uint8Array): Buffer {
  const member = JSON.stringify({ version: MAP_VERSION, sha256: hash('sha256', map) });
  return Buffer.from(`${said.slice(0, -1)},"map":${member}}\n`);
}
