import { createProgram } from '@waybill/cli-kit';
import type { Program, ProgramEnvironment } from '@waybill/cli-kit';
import { diffCommand } from './commands/diff.ts';
import { exportCommand } from './commands/export.ts';
import { exportRangeCommand } from './commands/export-range.ts';
import { importCommand } from './commands/import.ts';
import { indexCommand } from './commands/index-command.ts';
import { inspectCommand } from './commands/inspect.ts';
import { serveCommand } from './commands/serve.ts';
import { tipsetCommand } from './commands/tipset.ts';
import { verifyCommand } from './commands/verify.ts';
import { VERSION } from './version.ts';

/** The command line as a whole. */
export function createCli(environment?: ProgramEnvironment): Program {
  return createProgram(
    {
      name: 'car-exporter',
      bin: 'waybill-car-exporter',
      version: VERSION,
      description:
        'Exports a range of a Filecoin-style chain as a CAR snapshot: complete, without duplicates, or not at all.',
      commands: [
        ...[exportRangeCommand, exportCommand, importCommand, indexCommand],
        ...[inspectCommand, verifyCommand, diffCommand, tipsetCommand, serveCommand],
      ],
    },
    environment,
  );
}
