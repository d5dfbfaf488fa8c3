import { maskValue } from './mask.ts';
import type { OptionDeclarations } from './option.ts';
import type { ConfigSource } from './resolve-config.ts';
import { valueText } from './value-text.ts';

/** What `--print-config` prints: each value as it is written to set it, secrets masked, and where it came from. */
export function printableConfig(
  declarations: OptionDeclarations,
  config: Readonly<Record<string, unknown>>,
  sources: Readonly<Record<string, ConfigSource>>,
): Record<string, { value: unknown; from: string }> {
  const entries = Object.entries(declarations).map(([name, { schema, secret }]) => {
    const source = sources[name] ?? { kind: 'default' };
    const from = source.kind === 'default' ? 'default' : `${source.kind} ${source.name}`;
    return [name, { value: maskValue(valueText(schema, config[name]), secret === true) ?? null, from }] as const;
  });
  return Object.fromEntries(entries);
}
