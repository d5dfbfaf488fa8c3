import { functionName, quoted, shownFlag, visibleCommands, visibleOptions } from './completion-words.ts';
import type { CommandDescription, ProgramDescription } from './describe.ts';

/** For `source <(PROGRAM completion bash)`. */
export function bashCompletion(program: ProgramDescription): string {
  const name = functionName(program.bin);
  const commands = visibleCommands(program);
  return `# bash completion of ${program.bin}
${name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command= flags= word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in -*) ;; *) command=$word; break ;; esac
  done
  COMPREPLY=()
  case $command in
${commands.map((command) => commandCase(program, command)).join('')}    *) COMPREPLY=($(compgen -W ${quoted(words(commands))} -- "$current")); return ;;
  esac
  case $current in -*) COMPREPLY=($(compgen -W "$flags" -- "$current")) ;; *) COMPREPLY=($(compgen -f -- "$current")) ;; esac
}
complete -o filenames -F ${name} ${program.bin}
`;
}

function words(commands: readonly CommandDescription[]): string {
  return [...commands.map(({ name }) => name), 'help', '--help', '--version'].join(' ');
}

/** Sets `flags`, and completes the words of an option that has some. */
function commandCase(program: ProgramDescription, command: CommandDescription): string {
  const options = visibleOptions(program, command);
  const flags = [...options.map(shownFlag), '--help'].join(' ');
  const choices = options
    .filter((option) => option.choices.length > 0)
    .map(({ flags: names, choices: options_ }) => {
      const reply = `COMPREPLY=($(compgen -W ${quoted(options_.join(' '))} -- "$current"))`;
      return `        ${names.join('|')}) ${reply}; return ;;\n`;
    });
  const values = choices.length === 0 ? '' : `      case $previous in\n${choices.join('')}      esac\n`;
  return `    ${command.name})\n      flags=${quoted(flags)}\n${values}      ;;\n`;
}
