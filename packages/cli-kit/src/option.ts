import type { z } from 'zod';

/**
 * One option, declared once: flag, environment variable and key of the config file come from its name
 * (`deleteOld` → `--delete-old`, `WAYBILL_DELETE_OLD`, `"deleteOld"`).
 */
export interface OptionDeclaration {
  /** Checks and converts. Gets text from flags and environment, JSON from the file; see `values`. */
  readonly schema: z.ZodType;
  readonly description: string;
  /** Placeholder in the help, such as `PORT`. Without it the option is a switch: `--name` and `--no-name`. */
  readonly value?: string | undefined;
  /** Used where no source says anything. Without it the value is undefined then. */
  readonly default?: unknown;
  /** One letter. */
  readonly short?: string | undefined;
  /** More long flags, without dashes; not shown in the help. */
  readonly aliases?: readonly string[] | undefined;
  /** More environment variables, read after ours. */
  readonly env?: readonly string[] | undefined;
  /** Masked wherever configuration is shown; `NAME_FILE` in the environment names a file that holds it. */
  readonly secret?: boolean | undefined;
  /** Not in the help. */
  readonly hidden?: boolean | undefined;
  /** Must be set by some source. */
  readonly required?: boolean | undefined;
  /** Still works, with a warning that says this. */
  readonly deprecated?: string | undefined;
  /** Accepted for the sake of another program's command line, and ignored with a warning that says this. */
  readonly ignored?: string | undefined;
}

export type OptionDeclarations = Readonly<Record<string, OptionDeclaration>>;

/** A positional argument; its name is its key. */
export interface ArgumentDeclaration {
  /** Gets a text, or an array of texts where `variadic`. */
  readonly schema: z.ZodType;
  readonly description: string;
  /** Takes all that is left. Only for the last one. */
  readonly variadic?: boolean | undefined;
  readonly optional?: boolean | undefined;
}

export type ArgumentDeclarations = Readonly<Record<string, ArgumentDeclaration>>;

type Sure = { readonly default: unknown } | { readonly required: true };

/** The typed object that declarations resolve to. */
export type ConfigOf<D extends OptionDeclarations> = {
  readonly [K in keyof D]: D[K] extends Sure ? z.output<D[K]['schema']> : z.output<D[K]['schema']> | undefined;
};

export type ArgumentsOf<A extends ArgumentDeclarations> = {
  readonly [K in keyof A]: A[K] extends { readonly optional: true }
    ? z.output<A[K]['schema']> | undefined
    : z.output<A[K]['schema']>;
};

/** Declares options; checks at compile time that each default fits its schema. */
export function defineOptions<const D extends OptionDeclarations>(
  declarations: D & { readonly [K in keyof D]: { readonly default?: z.output<D[K]['schema']> } },
): D {
  return declarations;
}

/** `deleteOld` → `delete-old`. */
export function kebabCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `deleteOld` → `--delete-old`. */
export function flagOf(name: string): string {
  return `--${kebabCase(name)}`;
}

/** `deleteOld` → `DELETE_OLD`. */
export function constantCase(name: string): string {
  return kebabCase(name).replaceAll('-', '_').toUpperCase();
}

/**
 * The environment variables of an option, first wins: `WAYBILL_<PROGRAM>_<NAME>` for this program alone,
 * `WAYBILL_<NAME>` for all Waybill programs, then those that the declaration names.
 */
export function environmentNames(program: string, name: string, declaration: OptionDeclaration): string[] {
  const constant = constantCase(name);
  return [`WAYBILL_${constantCase(program)}_${constant}`, `WAYBILL_${constant}`, ...(declaration.env ?? [])];
}
