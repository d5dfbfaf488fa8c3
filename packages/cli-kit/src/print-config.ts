import { maskValue } from './mask.ts';
import type { OptionDeclarations } from './option.ts';
import type { ConfigSource } from './resolve-config.ts';

/** What `--print-config` prints: each value, secrets masked, and where it came from. */
export function printableConfig(
  declarations: OptionDeclarations,
  config: Readonly<Record<string, unknown>>,
  sources: Readonly<Record<string, ConfigSource>>,
): Record<string, { value: unknown; from: string }> {
  const entries = Object.entries(declarations).map(([name, { secret }]) => {
    const source = sources[name] ?? { kind: 'default' };
    const from = source.kind === 'default' ? 'default' : `${source.kind} ${source.name}`;
    return [name, { value: maskValue(config[name], secret === true) ?? null, from }] as const;
  });
  return Object.fromEntries(entries);
}
