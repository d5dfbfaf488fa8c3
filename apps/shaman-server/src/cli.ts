import { createProgram } from '@waybill/cli-kit';
import type { Program, ProgramEnvironment } from '@waybill/cli-kit';
import { checkoutCommand } from './commands/checkout.ts';
import { gcCommand } from './commands/gc.ts';
import { scrubCommand } from './commands/scrub.ts';
import { serveCommand } from './commands/serve.ts';
import { statsCommand } from './commands/stats.ts';
import { tokenCommand } from './commands/token.ts';
import { VERSION } from './version.ts';

/** The command line as a whole. */
export function createCli(environment?: ProgramEnvironment): Program {
  return createProgram(
    {
      name: 'shaman-server',
      bin: 'waybill-shaman-server',
      version: VERSION,
      description: 'Stores the files of render jobs by SHA-256 and checks them out as trees; speaks Shaman v2 and v3.',
      commands: [serveCommand, gcCommand, scrubCommand, checkoutCommand, statsCommand, tokenCommand],
    },
    environment,
  );
}
