import { Argument, Command, Option } from 'commander';
import type { z } from 'zod';
import type { CommandDeclaration, ProgramDeclaration } from './command.ts';
import { helpAfter } from './help-text.ts';
import { flagOf, kebabCase } from './option.ts';
import type { ArgumentDeclaration, OptionDeclaration, OptionDeclarations } from './option.ts';
import { SHARED_OPTIONS } from './shared-options.ts';
import { valueText } from './value-text.ts';
import { isListSchema } from './values.ts';

/** What was typed: the command, its positional arguments by name, its flags by option name. */
export interface Invocation {
  readonly command: CommandDeclaration;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly flags: Readonly<Record<string, unknown>>;
}

export interface TreeOutput {
  writeOut(text: string): void;
  writeErr(text: string): void;
  columns: number | undefined;
}

/** Builds the commander program of a declaration. `onInvoked` is called when a command line is complete. */
export function createCommanderTree(
  program: ProgramDeclaration,
  output: TreeOutput,
  onInvoked: (invocation: Invocation) => void,
): Command {
  const root = configured(new Command(program.bin), output)
    .description(program.description)
    .version(program.version, '-V, --version', 'show the version')
    .helpCommand('help [command]', 'Show the help of a command.');
  addOptions(root, SHARED_OPTIONS);
  root.addHelpText('after', () => helpAfter(program, undefined));
  for (const command of program.commands)
    root.addCommand(createSubcommand(program, command, output, onInvoked), hiddenIf(command.hidden));
  return root;
}

function createSubcommand(
  program: ProgramDeclaration,
  declaration: CommandDeclaration,
  output: TreeOutput,
  onInvoked: (invocation: Invocation) => void,
): Command {
  const command = configured(new Command(declaration.name), output).description(declaration.description);
  for (const [name, argument] of Object.entries(declaration.arguments ?? {}))
    command.addArgument(toArgument(name, argument));
  const options = { ...declaration.options, ...SHARED_OPTIONS };
  addOptions(command, options);
  command.addHelpText('after', () => helpAfter(program, declaration));
  command.action((...values: unknown[]) => {
    const names = Object.keys(declaration.arguments ?? {});
    const given = names.map((name, index) => [name, values[index]] as const);
    const flags = flagsOf(command.optsWithGlobals(), options);
    onInvoked({ command: declaration, arguments: Object.fromEntries(given), flags });
  });
  return command;
}

function configured(command: Command, output: TreeOutput): Command {
  return command
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.writeOut(text),
      writeErr: (text) => output.writeErr(text),
      getOutHelpWidth: () => output.columns ?? 80,
      getErrHelpWidth: () => output.columns ?? 80,
      outputError: nothing,
    })
    .showSuggestionAfterError(true)
    .helpOption('-h, --help', 'show this help');
}

function addOptions(command: Command, options: OptionDeclarations): void {
  for (const [name, declaration] of Object.entries(options)) {
    for (const option of toCommanderOptions(name, declaration)) command.addOption(option);
  }
}

/** A switch gets `--name` and `--no-name`; the help shows the one that changes the default. */
function toCommanderOptions(name: string, declaration: OptionDeclaration): Option[] {
  const { description, value, aliases = [], hidden = false, ignored } = declaration;
  const short = declaration.short === undefined ? '' : `-${declaration.short}, `;
  const concealed = hidden || ignored !== undefined;
  const flags = [flagOf(name), ...aliases.map((alias) => `--${alias}`)];
  return flags.flatMap((flag, index) => {
    const conceal = concealed || index > 0;
    const prefix = index === 0 ? short : '';
    if (value !== undefined) {
      return [
        withValue(new Option(`${prefix}${flag} <${value}>`, shown(declaration)), name, conceal, declaration.schema),
      ];
    }
    const negative = `--no-${flag.slice(2)}`;
    const isOn = declaration.default === true;
    return [
      targeting(new Option(`${prefix}${flag}`, description), name, conceal || isOn),
      targeting(new Option(negative, isOn ? `do not ${description}` : description), name, conceal || !isOn),
    ];
  });
}

function shown({ description, default: given, schema, secret }: OptionDeclaration): string {
  if (given === undefined || secret === true) return description;
  const fallback = valueText(schema, given);
  const text = Array.isArray(fallback)
    ? fallback.join(',')
    : typeof fallback === 'string'
      ? fallback
      : JSON.stringify(fallback);
  return text === '' ? description : `${description} (default: ${text})`;
}

/** A flag that is given again adds to a list, and replaces anything else. */
function withValue(option: Option, name: string, hidden: boolean, schema: z.ZodType): Option {
  const adds = isListSchema(schema);
  return targeting(option, name, hidden).argParser<unknown>((value, previous) => {
    return adds && typeof previous === 'string' ? `${previous},${value}` : value;
  });
}

/** All flags of one option write to its name, also aliases and `--no-…`. */
function targeting(option: Option, name: string, hidden: boolean): Option {
  option.attributeName = () => name;
  return option.hideHelp(hidden);
}

function toArgument(name: string, { description, variadic = false, optional = false }: ArgumentDeclaration): Argument {
  const inner = `${kebabCase(name)}${variadic ? '...' : ''}`;
  return new Argument(optional ? `[${inner}]` : `<${inner}>`, description);
}

/** Only what was typed: commander itself sets switches with a negative form to true. */
function flagsOf(
  options: Readonly<Record<string, unknown>>,
  declarations: OptionDeclarations,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([name]) => Object.hasOwn(declarations, name)));
}

function hiddenIf(hidden: boolean | undefined): { hidden: boolean } {
  return { hidden: hidden === true };
}

function nothing(): void {
  // Errors of the command line are thrown (exitOverride) and shown in one place, with all others.
}
