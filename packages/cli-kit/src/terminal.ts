/** The slice of a stream that output needs; `process.stdout` and `process.stderr` are such. */
export interface TerminalStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Whether to colour: FORCE_COLOR decides where it is set (0 and false: no), then NO_COLOR forbids (no-color.org),
 * else a terminal that is not `dumb` gets colours. Node itself uses the same order.
 */
export function useColor(stream: TerminalStream, env: Environment): boolean {
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

const CODES = { red: 31, green: 32, yellow: 33, cyan: 36, bold: 1, dim: 2 } as const;

export type Style = keyof typeof CODES;

export function paint(text: string, style: Style, enabled: boolean): string {
  return enabled ? `\u001B[${CODES[style]}m${text}\u001B[0m` : text;
}

/**
 * Escapes control characters, except line ends and tabs. Names come from other machines, and a terminal obeys
 * what it is sent: a file name must not move the cursor or set a title.
 */
export function printable(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]/gu, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}
