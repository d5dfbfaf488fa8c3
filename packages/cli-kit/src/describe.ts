import { z } from 'zod';
import type { CommandDeclaration, CommandExample, ProgramDeclaration } from './command.ts';
import { exitMeanings } from './exit-codes.ts';
import { environmentNames, flagOf } from './option.ts';
import type { ArgumentDeclarations, OptionDeclarations } from './option.ts';
import { SHARED_OPTIONS } from './shared-options.ts';
import { valueText } from './value-text.ts';

export interface OptionDescription {
  readonly name: string;
  /** The first is the one of the help. */
  readonly flags: readonly string[];
  /** Null for a switch. */
  readonly value: string | null;
  readonly description: string;
  readonly environment: readonly string[];
  readonly fileKey: string;
  /** Null where there is none, or it is a secret. */
  readonly default: unknown;
  readonly choices: readonly string[];
  readonly secret: boolean;
  readonly required: boolean;
  readonly hidden: boolean;
  readonly deprecated: string | null;
  readonly ignored: string | null;
}

export interface ArgumentDescription {
  readonly name: string;
  readonly description: string;
  readonly variadic: boolean;
  readonly optional: boolean;
}

export interface CommandDescription {
  readonly name: string;
  readonly description: string;
  readonly kind: 'job' | 'service';
  readonly hidden: boolean;
  readonly arguments: readonly ArgumentDescription[];
  readonly options: readonly OptionDescription[];
  readonly examples: readonly CommandExample[];
}

/** Everything about a program's command line, as JSON: the source of its reference in the docs and of its completions. */
export interface ProgramDescription {
  readonly name: string;
  readonly bin: string;
  readonly version: string;
  readonly description: string;
  readonly commands: readonly CommandDescription[];
  /** Options that every command has. */
  readonly sharedOptions: readonly OptionDescription[];
  readonly exitCodes: readonly { readonly code: number; readonly meaning: string }[];
}

export function describeProgram(program: ProgramDeclaration): ProgramDescription {
  const { name, bin, version, description, commands } = program;
  return {
    name,
    bin,
    version,
    description,
    commands: commands.map((command) => describeCommand(name, command)),
    sharedOptions: describeOptions(name, SHARED_OPTIONS),
    exitCodes: exitMeanings(program.exitCodes).map(([code, meaning]) => ({ code, meaning })),
  };
}

function describeCommand(program: string, command: CommandDeclaration): CommandDescription {
  return {
    name: command.name,
    description: command.description,
    kind: command.kind ?? 'job',
    hidden: command.hidden ?? false,
    arguments: describeArguments(command.arguments ?? {}),
    options: describeOptions(program, command.options ?? {}),
    examples: command.examples ?? [],
  };
}

function describeArguments(declarations: ArgumentDeclarations): ArgumentDescription[] {
  return Object.entries(declarations).map(([name, { description, variadic = false, optional = false }]) => {
    return { name, description, variadic, optional };
  });
}

function describeOptions(program: string, declarations: OptionDeclarations): OptionDescription[] {
  return Object.entries(declarations).map(([name, declaration]) => {
    const { short, aliases = [], value, description, secret = false, required = false, hidden = false } = declaration;
    const flags = [
      flagOf(name),
      ...(short === undefined ? [] : [`-${short}`]),
      ...aliases.map((alias) => `--${alias}`),
    ];
    return {
      name,
      flags,
      value: value ?? null,
      description,
      environment: environmentNames(program, name, declaration),
      fileKey: name,
      default: secret ? null : (valueText(declaration.schema, declaration.default) ?? null),
      choices: choicesOf(declaration.schema),
      secret,
      required,
      hidden,
      deprecated: declaration.deprecated ?? null,
      ignored: declaration.ignored ?? null,
    };
  });
}

function choicesOf(schema: z.ZodType): string[] {
  return schema instanceof z.ZodEnum ? schema.options.map(String) : [];
}
