import { runMain } from '@waybill/cli-kit';
import { createCli } from './cli.ts';

/** Runs the program as this process. */
export async function start(): Promise<void> {
  await runMain(createCli().run);
}
