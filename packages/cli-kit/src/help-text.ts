import type { CommandDeclaration, ProgramDeclaration } from './command.ts';
import { exitMeanings } from './exit-codes.ts';
import { environmentNames, flagOf } from './option.ts';
import type { OptionDeclaration } from './option.ts';
import { SHARED_OPTIONS } from './shared-options.ts';
import { valueText } from './value-text.ts';

/** What stands below the options in `--help`: examples, where options come from, exit codes. */
export function helpAfter(program: ProgramDeclaration, command: CommandDeclaration | undefined): string {
  const examples =
    command === undefined ? program.commands.flatMap((each) => (each.examples ?? []).slice(0, 1)) : command.examples;
  const sections = [
    section(
      'Examples:',
      (examples ?? []).flatMap(({ command: line, description }) => [`# ${description}`, `${program.bin} ${line}`]),
    ),
    section('Where options come from (first wins):', sourceLines(program, command)),
    section(
      'Exit codes:',
      exitMeanings(program.exitCodes).map(([code, meaning]) => `${String(code).padStart(3)}  ${meaning}`),
    ),
  ];
  return sections.filter((text) => text !== '').join('');
}

function sourceLines(program: ProgramDeclaration, command: CommandDeclaration | undefined): string[] {
  const [name, option] = exampleOption(command === undefined ? program.commands : [command]);
  const [own = '', shared = ''] = environmentNames(program.name, name, option);
  const value = option.value === undefined ? true : (valueText(option.schema, option.default) ?? option.value);
  return [
    'flags',
    `environment: ${own}, then ${shared}, for ${flagOf(name)}; an empty variable counts as not set`,
    `file: {"${name}": ${JSON.stringify(value)}} in the file that --config names`,
    'defaults; --print-config shows what came from where',
  ];
}

/** One that is in the help; whose default shows what a value looks like, where there is such a one. */
function exampleOption(commands: readonly CommandDeclaration[]): [name: string, option: OptionDeclaration] {
  const options = commands.flatMap(({ options = {} }) => Object.entries(options));
  const fit = options.filter(([, { value, hidden, secret, ignored, deprecated }]) => {
    return value !== undefined && hidden !== true && secret !== true && (ignored ?? deprecated) === undefined;
  });
  const shown = fit.find(([, { schema, default: given }]) => isScalar(valueText(schema, given)));
  return shown ?? fit[0] ?? ['json', SHARED_OPTIONS.json];
}

function isScalar(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'string';
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `\n${title}\n${lines.map((line) => `  ${line}\n`).join('')}`;
}
