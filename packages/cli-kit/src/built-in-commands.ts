import { z } from 'zod';
import { completionScript, SHELLS } from './completion.ts';
import type { CommandDeclaration, ProgramDeclaration } from './command.ts';
import { defineCommand } from './command.ts';
import { describeProgram } from './describe.ts';

/** The program with the commands that every program has: `completion`, and a hidden `reference` for the docs. */
export function withBuiltInCommands(program: ProgramDeclaration): ProgramDeclaration {
  const complete: ProgramDeclaration = {
    ...program,
    commands: [...program.commands, completionCommand(() => complete), referenceCommand(() => complete)],
  };
  return complete;
}

function completionCommand(program: () => ProgramDeclaration): CommandDeclaration {
  return defineCommand({
    name: 'completion',
    description: 'Print a script that completes this program in a shell.',
    arguments: {
      shell: { schema: z.enum(SHELLS, `expected one of ${SHELLS.join(', ')}`), description: SHELLS.join(', ') },
    },
    examples: [{ command: 'completion bash > /etc/bash_completion.d/waybill', description: 'complete in every bash' }],
    run(_signal, { shell }, output) {
      const script = completionScript(shell, describeProgram(program()));
      output.result({ shell, script }, () => script);
      return Promise.resolve();
    },
  });
}

function referenceCommand(program: () => ProgramDeclaration): CommandDeclaration {
  return defineCommand({
    name: 'reference',
    description: 'Print every command and option as JSON.',
    hidden: true,
    run(_signal, _config, output) {
      output.result(describeProgram(program()));
      return Promise.resolve();
    },
  });
}
