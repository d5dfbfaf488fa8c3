import type { CommandDescription, OptionDescription, ProgramDescription } from './describe.ts';

/** Commands that the help shows. */
export function visibleCommands({ commands }: ProgramDescription): CommandDescription[] {
  return commands.filter(({ hidden }) => !hidden);
}

/** Options of a command that the help shows, its own first. */
export function visibleOptions(
  { sharedOptions }: ProgramDescription,
  command: CommandDescription,
): OptionDescription[] {
  return [...command.options, ...sharedOptions].filter(({ hidden, ignored }) => !hidden && ignored === null);
}

/** The flag of the help: a switch that is on by default is completed as `--no-…`. */
export function shownFlag({ flags, value, default: fallback }: OptionDescription): string {
  const [flag = ''] = flags;
  return value === null && fallback === true ? `--no-${flag.slice(2)}` : flag;
}

/** The description that fits `shownFlag`. */
export function shownDescription({ description, value, default: fallback }: OptionDescription): string {
  return value === null && fallback === true ? `do not ${description}` : description;
}

/** The text in single quotes, for bash and zsh. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** A shell function's name from the program's. */
export function functionName(bin: string): string {
  return `_${bin.replaceAll(/[^A-Za-z0-9]/g, '_')}`;
}
