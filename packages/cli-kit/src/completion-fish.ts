import { shownDescription, shownFlag, visibleCommands, visibleOptions } from './completion-words.ts';
import type { CommandDescription, OptionDescription, ProgramDescription } from './describe.ts';

/** For `PROGRAM completion fish | source`. */
export function fishCompletion(program: ProgramDescription): string {
  const { bin } = program;
  const commands = visibleCommands(program);
  const lines = [
    `# fish completion of ${bin}`,
    ...commands.map(({ name, description }) => {
      return `complete -c ${bin} -f -n __fish_use_subcommand -a ${name} -d ${fishQuoted(description)}`;
    }),
    ...commands.flatMap((command) => {
      return visibleOptions(program, command).map((option) => optionLine(bin, command, option));
    }),
  ];
  return `${lines.join('\n')}\n`;
}

function optionLine(bin: string, command: CommandDescription, option: OptionDescription): string {
  const condition = fishQuoted(`__fish_seen_subcommand_from ${command.name}`);
  const short = option.flags.find((flag) => /^-[^-]$/.test(flag));
  const words = [
    `complete -c ${bin} -n ${condition} -l ${shownFlag(option).slice(2)}`,
    ...(short === undefined ? [] : [`-s ${short.slice(1)}`]),
    ...(option.value === null ? [] : ['-r']),
    ...(option.choices.length === 0 ? [] : [`-f -a ${fishQuoted(option.choices.join(' '))}`]),
    `-d ${fishQuoted(shownDescription(option))}`,
  ];
  return words.join(' ');
}

/** In single quotes, where fish knows only the escapes of the quote and of the backslash. */
function fishQuoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
}
