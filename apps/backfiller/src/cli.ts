import { createProgram } from '@waybill/cli-kit';
import type { Program, ProgramEnvironment } from '@waybill/cli-kit';
import { backfillCommand } from './commands/backfill.ts';
import { coverageCommand } from './commands/coverage.ts';
import { cutCommand } from './commands/cut.ts';
import { nodesCommand } from './commands/nodes.ts';
import { recordCommand } from './commands/record.ts';
import { runCommand } from './commands/run.ts';
import { serveCommand } from './commands/serve.ts';
import { verifyCommand } from './commands/verify.ts';
import { VERSION } from './station/version.ts';

/** The command line as a whole. */
export function createCli(environment?: ProgramEnvironment): Program {
  return createProgram(
    {
      name: 'backfiller',
      bin: 'waybill-backfiller',
      version: VERSION,
      description:
        'Fills the holes in a video-stream archive from other nodes, and serves it; interoperates with wubloader.',
      commands: [
        runCommand,
        backfillCommand,
        serveCommand,
        verifyCommand,
        coverageCommand,
        recordCommand,
        cutCommand,
        nodesCommand,
      ],
    },
    environment,
  );
}
