import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const suffixes = ['integration', 'crash', 'e2e', 'interop'];
const everywhere = (pattern: string): string[] =>
  ['packages', 'apps', 'tools', 'examples'].map((folder) => `${folder}/**/${pattern}`);
const notSource = ['**/node_modules/**', '**/dist/**'];

/** The full counts of the nightly and the release tier take their time. */
const patience = ['nightly', 'release'].includes(process.env['WAYBILL_TEST_TIER'] ?? '') ? 12 : 1;

/** Packages are tested from their sources: the condition maps each workspace package to its src/index.ts. */
const fromSource = {
  resolve: { conditions: ['@waybill/source'] },
  ssr: { resolve: { conditions: ['@waybill/source'], externalConditions: ['@waybill/source'] } },
};

export default defineConfig({
  test: {
    // Most of the time of most files is waiting: for disks, children, timers. By default two cores get one worker.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        ...fromSource,
        test: {
          name: 'unit',
          // Modules are loaded once per worker: a fifth of the time was loading.
          isolate: false,
          include: everywhere('*.test.ts'),
          exclude: [...notSource, ...suffixes.map((suffix) => `**/*.${suffix}.test.ts`)],
          testTimeout: 30_000 * patience,
        },
      },
      ...suffixes.map((suffix) => ({
        ...fromSource,
        test: {
          name: suffix,
          include: everywhere(`*.${suffix}.test.ts`),
          exclude: notSource,
          testTimeout: 300_000 * patience,
          hookTimeout: 120_000,
        },
      })),
    ],
  },
});
