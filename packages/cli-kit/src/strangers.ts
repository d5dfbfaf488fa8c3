import type { ConfigFile } from './config-file.ts';
import type { ConfigIssue } from './errors.ts';
import { constantCase, environmentNames } from './option.ts';
import type { OptionDeclarations } from './option.ts';
import { suggest } from './suggest.ts';

/** Keys of a config file that no command of the program knows: most likely mistyped, so they are errors. */
export function strangeKeys({ path, values }: ConfigFile, known: OptionDeclarations): ConfigIssue[] {
  return Object.keys(values)
    .filter((key) => !Object.hasOwn(known, key))
    .map((key) => {
      const like = suggest(key, Object.keys(known));
      const remedy = like === undefined ? 'Remove it' : `Did you mean "${like}"?`;
      return { what: `config file ${path}`, problem: `the key "${key}" is unknown`, remedy };
    });
}

/**
 * Variables that begin with the program's prefix but belong to no option. They may be meant for a newer version,
 * so they are warnings.
 */
export function strangeVariables(
  program: string,
  env: Readonly<Record<string, string | undefined>>,
  known: OptionDeclarations,
): string[] {
  const names = Object.entries(known).flatMap(([name, declaration]) => {
    const ours = environmentNames(program, name, declaration);
    return declaration.secret === true ? [...ours, ...ours.map((variable) => `${variable}_FILE`)] : ours;
  });
  const expected = new Set(names);
  return Object.keys(env)
    .filter((variable) => variable.startsWith(`WAYBILL_${constantCase(program)}_`) && !expected.has(variable))
    .map((variable) => {
      const like = suggest(variable, expected);
      return `the environment variable ${variable} is unknown${like === undefined ? '' : `; did you mean ${like}?`}`;
    });
}
