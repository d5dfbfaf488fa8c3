import { CommanderError } from 'commander';
import type { z } from 'zod';
import { withBuiltInCommands } from './built-in-commands.ts';
import type { CommandDeclaration, ProgramDeclaration } from './command.ts';
import { createCommanderTree } from './commander-tree.ts';
import type { Invocation } from './commander-tree.ts';
import { readConfigFile } from './config-file.ts';
import { ConfigInvalidError, SignalReceivedError, UsageInvalidError } from './errors.ts';
import type { ConfigIssue } from './errors.ts';
import { EXIT, exitCodeFor, replacedExitCode } from './exit-codes.ts';
import { kebabCase } from './option.ts';
import type { OptionDeclarations } from './option.ts';
import { createOutput } from './output.ts';
import type { Output } from './output.ts';
import { printableConfig } from './print-config.ts';
import { resolveConfig } from './resolve-config.ts';
import { SHARED_OPTIONS } from './shared-options.ts';
import { strangeKeys, strangeVariables } from './strangers.ts';
import type { TerminalStream } from './terminal.ts';

export interface ProgramEnvironment {
  /** Default: process.env. */
  env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Default: process.stdout. */
  stdout?: TerminalStream | undefined;
  /** Default: process.stderr. */
  stderr?: TerminalStream | undefined;
}

export interface Program {
  /** With the built-in commands. */
  readonly declaration: ProgramDeclaration;
  /**
   * Runs a command line (without `node` and the script) to its exit code. Never rejects: errors are shown on
   * standard error. For `runMain`.
   */
  readonly run: (signal: AbortSignal, argv: readonly string[]) => Promise<number>;
}

/** Makes a program of its declaration. */
export function createProgram(declaration: ProgramDeclaration, environment: ProgramEnvironment = {}): Program {
  const complete = withBuiltInCommands(declaration);
  return { declaration: complete, run: (signal, argv) => runProgram(complete, environment, signal, argv) };
}

async function runProgram(
  program: ProgramDeclaration,
  environment: ProgramEnvironment,
  signal: AbortSignal,
  argv: readonly string[],
): Promise<number> {
  // Until the configuration is known: errors in it are JSON too where that was asked for.
  let output = createOutput({ ...environment, json: argv.includes('--json') });
  try {
    const invocation = parse(program, environment, argv);
    if (invocation === undefined) return EXIT.ok;
    const prepared = await prepare(program, invocation, environment, signal);
    output = prepared.output;
    if (prepared.config === undefined) return EXIT.ok;
    const code = await invocation.command.run(signal, prepared.config, output);
    return endedBy(signal, invocation.command, typeof code === 'number' ? code : EXIT.ok);
  } catch (error) {
    if (signal.aborted && isConsequence(error, signal)) return exitCodeFor(signal.reason);
    output.error(error);
    return replacedExitCode(exitCodeFor(error), program.exitCodes);
  }
}

/** A job that a signal reached has not done its work, whatever it returns; a service that drained has. */
function endedBy(signal: AbortSignal, { kind = 'job' }: CommandDeclaration, code: number): number {
  const { reason } = signal as { reason: unknown };
  if (!signal.aborted || code !== EXIT.ok) return code;
  const isDrained = kind === 'service' && reason instanceof SignalReceivedError && reason.signal === 'SIGTERM';
  return isDrained ? EXIT.ok : exitCodeFor(reason);
}

/** Errors that only say that the work was aborted are no news after a signal. */
function isConsequence(error: unknown, signal: AbortSignal): boolean {
  if (error === signal.reason) return true;
  const { name, code, cause } = (error ?? {}) as { name?: unknown; code?: unknown; cause?: unknown };
  return (
    name === 'AbortError' ||
    code === 'ABORT_ERR' ||
    code === 'EPIPE' ||
    (cause !== undefined && isConsequence(cause, signal))
  );
}

function parse(
  program: ProgramDeclaration,
  { stdout = process.stdout, stderr = process.stderr }: ProgramEnvironment,
  argv: readonly string[],
): Invocation | undefined {
  let invocation: Invocation | undefined;
  const output = {
    writeOut: (text: string) => void stdout.write(text),
    writeErr: (text: string) => void stderr.write(text),
    columns: stdout.columns,
  };
  const tree = createCommanderTree(program, output, (invoked) => {
    invocation = invoked;
  });
  try {
    tree.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    const [first, asked] = argv;
    if (error.code === 'commander.help' && first === 'help' && asked !== undefined)
      throw new UsageInvalidError(`unknown command '${asked}'; the list is above`);
    if (error.code === 'commander.help') throw new UsageInvalidError('a command is missing; the list is above');
    throw new UsageInvalidError(`${error.message.replace(/^error: /, '')}\nSee ${helpLine(program, argv)}`);
  }
  return invocation;
}

/** The help of the command that was typed, of which one knows by its first word. */
function helpLine({ bin, commands }: ProgramDeclaration, argv: readonly string[]): string {
  const typed = argv.find((word) => commands.some(({ name }) => name === word));
  return typed === undefined ? `${bin} --help` : `${bin} ${typed} --help`;
}

/** Resolves the configuration. `config` is undefined where it only was to be printed. */
async function prepare(
  program: ProgramDeclaration,
  { command, flags, arguments: given }: Invocation,
  { env = process.env, ...streams }: ProgramEnvironment,
  signal: AbortSignal,
): Promise<{ output: Output; config: Record<string, unknown> | undefined }> {
  const inputs = { program: program.name, flags, env };
  const early = resolveConfig({ config: SHARED_OPTIONS.config }, inputs).config;
  const file = early.config === undefined ? undefined : await readConfigFile(early.config, { signal });
  const known = knownOptions(program);
  const declarations = { ...command.options, ...SHARED_OPTIONS };
  const issues = file === undefined ? [] : strangeKeys(file, known);
  const resolved = collect(issues, () => resolveConfig(declarations, { ...inputs, file }));
  const positional = collect(issues, () => checkArguments(command, given));
  if (resolved === undefined || positional === undefined || issues.length > 0) throw new ConfigInvalidError(issues);
  const { json, quiet, verbose, printConfig } = resolved.config;
  if (quiet && verbose) throw new UsageInvalidError('--quiet and --verbose contradict each other: give one of them');
  const output = createOutput({ json, quiet, verbose, env, ...streams });
  for (const warning of [...resolved.warnings, ...strangeVariables(program.name, env, known)]) output.warn(warning);
  if (printConfig) {
    output.result(printableConfig(declarations, resolved.config, resolved.sources));
    return { output, config: undefined };
  }
  return { output, config: { ...resolved.config, ...positional } };
}

/** Adds the issues of a failed step, so that the user sees all of them at once. */
function collect<T>(issues: ConfigIssue[], step: () => T): T | undefined {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof ConfigInvalidError)) throw error;
    issues.push(...error.issues);
    return undefined;
  }
}

function checkArguments(
  command: CommandDeclaration,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const issues: ConfigIssue[] = [];
  const entries = Object.entries(command.arguments ?? {}).map(([name, { schema, description, optional }]) => {
    const value = given[name];
    if (optional === true && (value === undefined || (Array.isArray(value) && value.length === 0)))
      return [name, undefined];
    const result: z.ZodSafeParseResult<unknown> = schema.safeParse(value);
    if (result.success) return [name, result.data];
    const problem = `${JSON.stringify(value)} from the command line does not fit: ${result.error.issues[0]?.message ?? ''}`;
    issues.push({ what: `<${kebabCase(name)}>`, problem, remedy: `Give ${description}` });
    return [name, undefined];
  });
  if (issues.length > 0) throw new ConfigInvalidError(issues);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

function knownOptions(program: ProgramDeclaration): OptionDeclarations {
  return Object.assign(
    {},
    ...program.commands.map(({ options }) => options ?? {}),
    SHARED_OPTIONS,
  ) as OptionDeclarations;
}
