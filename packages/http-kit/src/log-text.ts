import { redactSecrets } from './redact.ts';

const LEVEL_NAMES: ReadonlyMap<number, string> = new Map([
  [10, 'TRACE'],
  [20, 'DEBUG'],
  [30, 'INFO'],
  [40, 'WARNING'],
  [50, 'ERROR'],
  [60, 'CRITICAL'],
]);

/** Fields that have a place of their own in the line, or none. */
const PLACED: ReadonlySet<string> = new Set(['level', 'time', 'name', 'module', 'msg', 'err', 'pid', 'hostname']);

/**
 * One pino line (JSON) as people read it: `[2026-06-22 12:34:56,789] LEVEL name: message key=value`, UTC,
 * an error's stack on the lines after it. Control characters are escaped: a name from a peer must not forge lines.
 */
export function formatLogText(line: string): string {
  const record = JSON.parse(line) as Record<string, unknown>;
  const time = new Date(Number(record['time'])).toISOString();
  const asctime = `${time.slice(0, 10)} ${time.slice(11, 19)},${time.slice(20, 23)}`;
  const level = LEVEL_NAMES.get(Number(record['level'])) ?? String(record['level']);
  const name = textAt(record, 'module') ?? textAt(record, 'name') ?? '';
  const message = escapeControls(textAt(record, 'msg') ?? '');
  return redactSecrets(`[${asctime}] ${level} ${name}: ${message}${fieldsOf(record)}${stackOf(record['err'])}\n`);
}

function textAt(record: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = record[key];
  return typeof value === 'string' ? value : undefined;
}

function fieldsOf(record: Readonly<Record<string, unknown>>): string {
  return Object.entries(record)
    .filter(([key]) => !PLACED.has(key))
    .map(([key, value]) => ` ${escapeControls(key)}=${escapeControls(textOf(value))}`)
    .join('');
}

function textOf(value: unknown): string {
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}

function stackOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const text = textAt(error as Record<string, unknown>, 'stack') ?? textAt(error as Record<string, unknown>, 'message');
  if (text === undefined) return '';
  return text
    .split('\n')
    .map((line) => `\n  ${escapeControls(line)}`)
    .join('');
}

function escapeControls(text: string): string {
  // eslint's no-control-regex is about accidents; \p{Cc} says the same on purpose.
  return text.replaceAll(/\p{Cc}/gu, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(2, '0');
    return character === '\n' ? '\\n' : `\\x${code}`;
  });
}
