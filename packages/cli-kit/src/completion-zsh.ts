import {
  functionName,
  quoted,
  shownDescription,
  shownFlag,
  visibleCommands,
  visibleOptions,
} from './completion-words.ts';
import type { CommandDescription, OptionDescription, ProgramDescription } from './describe.ts';

/** For a file `_PROGRAM` in `$fpath`, or `source <(PROGRAM completion zsh)`. */
export function zshCompletion(program: ProgramDescription): string {
  const name = functionName(program.bin);
  const commands = visibleCommands(program);
  return `#compdef ${program.bin}
${name}() {
  local -a commands=(
${commands.map((command) => `    ${quoted(`${command.name}:${escaped(command.description)}`)}\n`).join('')}  )
  local context state state_descr line
  typeset -A opt_args
  _arguments -C '1:command:->command' '*::argument:->rest'
  case $state in
    command) _describe command commands ;;
    rest)
      case $line[1] in
${commands.map((command) => commandCase(program, command)).join('')}      esac
      ;;
  esac
}
if [ "$funcstack[1]" = ${quoted(name)} ]; then ${name} "$@"; else compdef ${name} ${program.bin}; fi
`;
}

function commandCase(program: ProgramDescription, command: CommandDescription): string {
  const specifications = visibleOptions(program, command).map((option) => quoted(specification(option)));
  return `        ${command.name}) _arguments ${[...specifications, "'*:file:_files'"].join(' ')} ;;\n`;
}

/** `--flag[description]:VALUE:action`, as `_arguments` takes it. */
function specification(option: OptionDescription): string {
  const flag = `${shownFlag(option)}[${escaped(shownDescription(option))}]`;
  if (option.value === null) return flag;
  const action = option.choices.length > 0 ? `(${option.choices.join(' ')})` : '_files';
  return `${flag}:${escaped(option.value)}:${action}`;
}

function escaped(text: string): string {
  return text.replaceAll(/[\\:[\]]/g, String.raw`\$&`);
}
