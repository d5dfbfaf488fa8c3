import type { CommandDeclaration, ProgramDeclaration } from './command.ts';
import { exitMeanings } from './exit-codes.ts';
import { constantCase } from './option.ts';

/** What stands below the options in `--help`: examples, where options come from, exit codes. */
export function helpAfter(program: ProgramDeclaration, command: CommandDeclaration | undefined): string {
  const examples =
    command === undefined ? program.commands.flatMap((each) => (each.examples ?? []).slice(0, 1)) : command.examples;
  const sections = [
    section(
      'Examples:',
      (examples ?? []).flatMap(({ command: line, description }) => [`# ${description}`, `${program.bin} ${line}`]),
    ),
    section('Where options come from (first wins):', sourceLines(program)),
    section(
      'Exit codes:',
      exitMeanings(program.exitCodes).map(([code, meaning]) => `${String(code).padStart(3)}  ${meaning}`),
    ),
  ];
  return sections.filter((text) => text !== '').join('');
}

function sourceLines({ name }: ProgramDeclaration): string[] {
  const prefix = `WAYBILL_${constantCase(name)}`;
  return [
    'flags',
    `environment: ${prefix}_PORT, then WAYBILL_PORT, for --port; an empty variable counts as not set`,
    'file: {"port": 8000} in the file that --config names',
    'defaults; --print-config shows what came from where',
  ];
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `\n${title}\n${lines.map((line) => `  ${line}\n`).join('')}`;
}
