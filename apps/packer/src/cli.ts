import { createProgram } from '@waybill/cli-kit';
import type { Program, ProgramEnvironment } from '@waybill/cli-kit';
import { blocksCommand } from './commands/blocks.ts';
import { diffCommand } from './commands/diff.ts';
import { listCommand } from './commands/list.ts';
import { packCommand } from './commands/pack.ts';
import { verifyCommand } from './commands/verify.ts';
import { PACKER_EXIT_CODES } from './exit-codes.ts';
import { VERSION } from './version.ts';

/** The command line as a whole. */
export function createCli(environment?: ProgramEnvironment): Program {
  return createProgram(
    {
      name: 'packer',
      bin: 'waybill-packer',
      version: VERSION,
      description: 'Packs .blend files with all that they need, without Blender.',
      commands: [listCommand, packCommand, verifyCommand, blocksCommand, diffCommand],
      exitCodes: PACKER_EXIT_CODES,
    },
    environment,
  );
}
