import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import type { ConfigFile } from './config-file.ts';
import { ConfigInvalidError } from './errors.ts';
import type { ConfigIssue } from './errors.ts';
import { maskValue } from './mask.ts';
import { environmentNames, flagOf } from './option.ts';
import type { ConfigOf, OptionDeclaration, OptionDeclarations } from './option.ts';
import { valueText } from './value-text.ts';

/** Where a value came from. `name` is the flag, the variable or the file. */
export type ConfigSource =
  { readonly kind: 'flag' | 'environment' | 'file'; readonly name: string } | { readonly kind: 'default' };

export interface ConfigInputs {
  /** The program's short name: a part of the names of its variables. */
  readonly program: string;
  /** By option name: text, or true and false for switches. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly file?: ConfigFile | undefined;
}

export interface ResolvedConfig<D extends OptionDeclarations> {
  readonly config: ConfigOf<D>;
  readonly sources: Readonly<Record<keyof D, ConfigSource>>;
  /** Deprecated and ignored options that were set. */
  readonly warnings: readonly string[];
}

interface Found {
  readonly value: unknown;
  readonly source: ConfigSource;
}

/**
 * Takes each option from the first of flags, environment, file and defaults that has it, checks it, and returns one
 * typed object. Throws ConfigInvalidError with everything that is wrong.
 */
export function resolveConfig<const D extends OptionDeclarations>(
  declarations: D,
  inputs: ConfigInputs,
): ResolvedConfig<D> {
  const issues: ConfigIssue[] = [];
  const warnings: string[] = [];
  const config: Record<string, unknown> = {};
  const sources: Record<string, ConfigSource> = {};
  for (const [name, declaration] of Object.entries(declarations)) {
    const found = find(name, declaration, inputs, issues);
    sources[name] = found.source;
    config[name] = found.source.kind === 'default' ? found.value : checked(name, declaration, found, issues);
    if (declaration.required === true && found.source.kind === 'default')
      issues.push(missing(name, declaration, inputs));
    warnings.push(...warningsOf(name, declaration, found.source));
  }
  if (issues.length > 0) throw new ConfigInvalidError(issues);
  return { config: config as ConfigOf<D>, sources: sources as Record<keyof D, ConfigSource>, warnings };
}

function find(name: string, declaration: OptionDeclaration, inputs: ConfigInputs, issues: ConfigIssue[]): Found {
  const flag = inputs.flags[name];
  if (flag !== undefined) return { value: flag, source: { kind: 'flag', name: flagOf(name) } };
  const fromEnvironment = findInEnvironment(name, declaration, inputs, issues);
  if (fromEnvironment !== undefined) return fromEnvironment;
  const { file } = inputs;
  if (file !== undefined && Object.hasOwn(file.values, name)) {
    return { value: file.values[name], source: { kind: 'file', name: file.path } };
  }
  return { value: declaration.default, source: { kind: 'default' } };
}

/** An empty variable counts as not set: that is how compose files leave one out. */
function findInEnvironment(
  name: string,
  declaration: OptionDeclaration,
  { program, env }: ConfigInputs,
  issues: ConfigIssue[],
): Found | undefined {
  for (const variable of environmentNames(program, name, declaration)) {
    const value = env[variable];
    if (value !== undefined && value !== '') return { value, source: { kind: 'environment', name: variable } };
    const path = declaration.secret === true ? env[`${variable}_FILE`] : undefined;
    if (path !== undefined && path !== '') return secretFromFile(`${variable}_FILE`, path, issues);
  }
  return undefined;
}

/** As Docker and Kubernetes hand secrets over. A newline at the end is an editor's doing. */
function secretFromFile(variable: string, path: string, issues: ConfigIssue[]): Found {
  const source = { kind: 'environment', name: variable } as const;
  try {
    return { value: readFileSync(path, 'utf8').replace(/\r?\n$/, ''), source };
  } catch (cause) {
    const problem = `the file ${path} cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown reason'})`;
    issues.push({ what: variable, problem, remedy: 'Make it readable, or unset the variable' });
    return { value: undefined, source: { kind: 'default' } };
  }
}

function checked(name: string, declaration: OptionDeclaration, found: Found, issues: ConfigIssue[]): unknown {
  if (declaration.ignored !== undefined) return declaration.default;
  const result = declaration.schema.safeParse(found.value);
  if (result.success) return result.data;
  const shown = JSON.stringify(maskValue(found.value, declaration.secret === true));
  const problem = `${shown} ${sourceText(found.source)} does not fit: ${zodText(result.error)}`;
  issues.push({ what: flagOf(name), problem, remedy: remedyFor(declaration) });
  return undefined;
}

/** Says where a value came from, as in `from the environment variable WAYBILL_PORT`. */
export function sourceText(source: ConfigSource): string {
  switch (source.kind) {
    case 'flag':
      return 'from the command line';
    case 'environment':
      return `from the environment variable ${source.name}`;
    case 'file':
      return `from the config file ${source.name}`;
    case 'default':
      return 'by default';
  }
}

function zodText(error: z.ZodError): string {
  const texts = error.issues.map(({ message, path }) => {
    const place = path.map((part) => (typeof part === 'number' ? part + 1 : String(part))).join('.');
    return place === '' ? message : `item ${place}: ${message}`;
  });
  return [...new Set(texts)].join('; ');
}

function remedyFor({ default: fallback, description, schema, value, secret }: OptionDeclaration): string {
  const set = `Set it to ${value ?? 'true or false'} (${description})`;
  if (fallback === undefined || secret === true) return set;
  return `${set}, or leave it out for ${JSON.stringify(valueText(schema, fallback))}`;
}

function missing(name: string, declaration: OptionDeclaration, { program }: ConfigInputs): ConfigIssue {
  const [variable = ''] = environmentNames(program, name, declaration);
  const set = `${flagOf(name)} ${declaration.value ?? ''}`.trim();
  const remedy = `Set ${set}, the variable ${variable}, or "${name}" in the config file`;
  return { what: flagOf(name), problem: 'it is not set', remedy };
}

function warningsOf(name: string, { deprecated, ignored }: OptionDeclaration, source: ConfigSource): string[] {
  if (source.kind === 'default') return [];
  const what = `${flagOf(name)} ${sourceText(source)}`;
  if (ignored !== undefined) return [`${what} is ignored: ${ignored}`];
  return deprecated === undefined ? [] : [`${what} is deprecated: ${deprecated}`];
}
