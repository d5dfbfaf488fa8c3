import { spawnSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';

/**
 * What a program's hidden command `reference` prints: what `--help` and completions are made of, too. These are the fields that the
 * documents use: tools may not import packages (turbo boundaries), and read the JSON as anybody would.
 */
export interface ProgramDescription {
  readonly name: string;
  readonly bin: string;
  readonly description: string;
  readonly commands: readonly CommandDescription[];
  readonly sharedOptions: readonly OptionDescription[];
  readonly exitCodes: readonly { readonly code: number; readonly meaning: string }[];
}

export interface CommandDescription {
  readonly name: string;
  readonly description: string;
  readonly kind: 'job' | 'service';
  readonly hidden: boolean;
  readonly arguments: readonly ArgumentDescription[];
  readonly options: readonly OptionDescription[];
  readonly examples: readonly { readonly command: string; readonly description: string }[];
}

export interface ArgumentDescription {
  readonly name: string;
  readonly description: string;
  readonly variadic: boolean;
  readonly optional: boolean;
}

export interface OptionDescription {
  readonly name: string;
  readonly flags: readonly string[];
  readonly value: string | null;
  readonly description: string;
  readonly environment: readonly string[];
  readonly default: unknown;
  readonly choices: readonly string[];
  readonly secret: boolean;
  readonly required: boolean;
  readonly hidden: boolean;
  readonly deprecated: string | null;
  readonly ignored: string | null;
}

export const PROGRAMS = ['backfiller', 'shaman-server', 'packer', 'car-exporter'] as const;

export const ROOT = path.resolve(import.meta.dirname, '../../../..');

/** Asks a program, run from its sources, to describe itself. Throws where it cannot. */
export function describeProgram(name: string): ProgramDescription {
  const main = path.join(ROOT, 'apps', name, 'src/main.ts');
  // A value of the caller's environment would not show, but a wrong one would end it.
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith('WAYBILL_')));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=@waybill/source', main, 'reference', '--json'],
    { encoding: 'utf8', env, timeout: 60_000 },
  );
  if (status !== 0) throw new Error(`${name} reference ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as ProgramDescription;
}

/** What people may use: what is hidden is for machines and for old command lines. */
export function shownCommands({ commands }: ProgramDescription): CommandDescription[] {
  return commands.filter(({ hidden }) => !hidden);
}

export function shownOptions(options: readonly OptionDescription[]): OptionDescription[] {
  return options.filter(({ hidden }) => !hidden);
}

/** `pack <blend> <target>`, `diff [files...]`. */
export function usageOf(command: CommandDescription): string {
  const names = command.arguments.map(({ name, variadic, optional }) => {
    const text = kebabCase(name) + (variadic ? '...' : '');
    return optional ? `[${text}]` : `<${text}>`;
  });
  return [command.name, ...names].join(' ');
}

export function kebabCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The default as a text; '' where there is none. A switch that is off and an empty list have nothing to say. */
export function defaultText({ default: value }: OptionDescription): string {
  if (value === null || value === false) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text === '[]' ? '' : text;
}

/** `--no-cache` for a switch that is on by default. */
export function offFlag({ value, default: fallback, flags: [first = ''] }: OptionDescription): string | undefined {
  return value === null && fallback === true ? first.replace('--', '--no-') : undefined;
}
