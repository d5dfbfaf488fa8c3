import { join } from 'node:path';
import { runProgram } from '@waybill/test-kit';
import type { ProgramResult } from '@waybill/test-kit';

const main = join(import.meta.dirname, '../../../src/main.ts');

/** The program as it is started, in a process of its own. */
export async function runPacker(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<ProgramResult> {
  const started = ['--conditions=@waybill/source', main, ...args];
  const result = await runProgram(process.execPath, started, { env: { ...process.env, ...env } });
  if (result === undefined) throw new Error('node is absent');
  return result;
}
