import type { ProgramExitCodes } from './exit-codes.ts';
import type { ArgumentDeclarations, ArgumentsOf, ConfigOf, OptionDeclarations } from './option.ts';
import type { Output } from './output.ts';

export interface CommandExample {
  /** Without the program's name: `backfill mychannel --qualities source`. */
  readonly command: string;
  readonly description: string;
}

/** What a command is, as data: help, completions, reference and `--print-config` all come from it. */
export interface CommandDeclaration<C = Readonly<Record<string, unknown>>> {
  readonly name: string;
  /** One sentence; the first of them is shown in the list of commands. */
  readonly description: string;
  readonly arguments?: ArgumentDeclarations | undefined;
  readonly options?: OptionDeclarations | undefined;
  readonly examples?: readonly CommandExample[] | undefined;
  /** Not in the help. */
  readonly hidden?: boolean | undefined;
  /** A service runs until a signal and ends with 0 after SIGTERM; a job that a signal ends has not done its work. */
  readonly kind?: 'job' | 'service' | undefined;
  /**
   * Does the work; `config` holds options and arguments. Resolves to the exit code, of `EXIT` if possible (nothing: 0). Must stop at the
   * signal, with every handle released.
   */
  run(signal: AbortSignal, config: C, output: Output): Promise<number | undefined> | Promise<void>;
}

interface TypedCommand<O extends OptionDeclarations, A extends ArgumentDeclarations> extends CommandDeclaration<
  ConfigOf<O> & ArgumentsOf<A>
> {
  readonly options?: O;
  readonly arguments?: A;
}

/** Declares a command; `config` in `run` has the types that its options and arguments say. */
export function defineCommand<
  const O extends OptionDeclarations = OptionDeclarations,
  const A extends ArgumentDeclarations = ArgumentDeclarations,
>(command: TypedCommand<O, A>): CommandDeclaration {
  return command;
}

export interface ProgramDeclaration {
  /** Short name: a part of the names of environment variables, such as `backfiller`. */
  readonly name: string;
  /** What one types, such as `waybill-backfiller`. */
  readonly bin: string;
  readonly version: string;
  readonly description: string;
  readonly commands: readonly CommandDeclaration[];
  /** Default: the numbers of `EXIT`, as all Waybill programs. */
  readonly exitCodes?: ProgramExitCodes | undefined;
}
