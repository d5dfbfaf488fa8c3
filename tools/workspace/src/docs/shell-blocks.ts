/** A block of shell in a document. */
export interface ShellBlock {
  /** Number of its first line in the document. */
  readonly line: number;
  readonly code: string;
  /** ` ```sh run `: needs nothing but our programs, and is run as it stands. */
  readonly isRun: boolean;
}

/** A command line of one of our programs in a block. */
export interface DocumentedCommand {
  /** Without `waybill-`. */
  readonly program: string;
  readonly args: readonly string[];
}

const BLOCK = /^```sh(?<info>[^\n]*)\n(?<code>.*?)^```$/gms;
const WORD = /"(?<double>(?:[^"\\]|\\.)*)"|'(?<single>[^']*)'|(?<plain>[^\s"']+)/g;

export function shellBlocks(document: string): ShellBlock[] {
  return [...document.matchAll(BLOCK)].map(({ index, groups: { info = '', code = '' } = {} }) => ({
    line: document.slice(0, index).split('\n').length + 1,
    code,
    isRun: info.trim() === 'run',
  }));
}

/** What a block tells our programs: variables are replaced by a word, redirections and comments are left out. */
export function documentedCommands({ code }: ShellBlock): DocumentedCommand[] {
  const lines = code.replaceAll(/\\\s*(?:#.*)?\n/g, ' ').split('\n');
  return lines.flatMap((line) => {
    const [name = '', ...args] = words(line);
    const program = /^waybill-([a-z-]+)$/.exec(name)?.[1];
    return program === undefined ? [] : [{ program, args }];
  });
}

function words(line: string): string[] {
  const all: string[] = [];
  // Pieces that touch are one word: --exclude='*.abc'.
  let end = -1;
  for (const match of line.matchAll(WORD)) {
    const { double, single, plain = '' } = match.groups ?? {};
    if (double === undefined && single === undefined && match.index !== end && /^(?:#|>|\||&&|;)/.test(plain)) break;
    const text = single ?? (double ?? plain).replaceAll(/\$\{?(\w+)\}?/g, valueOf);
    if (match.index === end) all.push((all.pop() ?? '') + text);
    else all.push(text);
    end = match.index + match[0].length;
  }
  return all;
}

/** `$URL` is an address of a database wherever it stands in our documents. */
function valueOf(_text: string, name: string): string {
  return name === 'URL' ? 'postgresql://host/name' : 'variable';
}
