import { defineConfig } from 'tsup';

/**
 * The one build configuration of every package: ESM for Node 24 and later, one output file per entry, types beside it.
 *
 * @param {{ entry?: string[], dts?: boolean }} [options] `entry` defaults to `src/index.ts`, `dts` to true.
 */
export function waybillConfig({ entry = ['src/index.ts'], dts = true } = {}) {
  return defineConfig({
    entry,
    dts,
    format: 'esm',
    target: 'node24',
    platform: 'node',
    clean: true,
    splitting: true,
    sourcemap: true,
    treeshake: true,
    // node:sqlite exists under this name only.
    removeNodeProtocol: false,
  });
}
