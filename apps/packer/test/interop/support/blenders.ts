import { homedir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '@waybill/test-kit';
import type { ProgramResult } from '@waybill/test-kit';

/** A Blender that runs Python scripts: the program, or the module `bpy` in a virtual environment of its own. */
export interface Blender {
  readonly name: string;
  /** 304 is 3.4. */
  readonly version: number;
  /** Said when it is absent. */
  readonly needed: string;
  /** Resolves to `undefined` where it is not installed. */
  run(script: string, ...args: readonly string[]): Promise<ProgramResult | undefined>;
}

const TIMEOUT_MS = 280_000;
const BACKGROUND = ['--background', '--factory-startup', '--python-exit-code', '1'];

const program: Blender = {
  name: 'Blender',
  version: 304,
  needed: 'Blender',
  run: (script, ...args) =>
    runProgram('blender', [...BACKGROUND, '--python', script, '--', ...args], { timeoutMs: TIMEOUT_MS }),
};

/** Virtual environments `bpy-4.5` and so on: where `.ci/run` puts them, or in the folder WAYBILL_TEST_BPY. */
function bpyFolder(): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return process.env['WAYBILL_TEST_BPY'] ?? join(cache, 'waybill-ci');
}

function bpyModule(version: '4.5' | '5.0'): Blender {
  const python = join(
    bpyFolder(),
    `bpy-${version}`,
    process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python',
  );
  return {
    name: `bpy ${version}`,
    version: Number(version.replace('.', '0')),
    needed: `the module bpy ${version} in ${join('$WAYBILL_TEST_BPY', `bpy-${version}`)}`,
    run: (script, ...args) => runProgram(python, [script, ...args], { timeoutMs: TIMEOUT_MS }),
  };
}

export const blenders = { debian: program, bpy45: bpyModule('4.5'), bpy50: bpyModule('5.0') } as const;
