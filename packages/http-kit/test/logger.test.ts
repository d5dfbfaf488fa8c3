import { describe, expect, test } from 'vitest';
import { createLogger, createMetrics } from '../src/index.ts';
import type { LoggerInit } from '../src/index.ts';

function collecting(init: Partial<LoggerInit> = {}) {
  const lines: string[] = [];
  return {
    lines,
    logger: createLogger({ name: 'backfiller', stream: { write: (line) => void lines.push(line) }, ...init }),
  };
}

describe('json', () => {
  test('writes one object per line, with the time, the level and the name', () => {
    const { lines, logger } = collecting();
    logger.info({ hour: '2026-01-01T00' }, 'Backfilling source/2026-01-01T00');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/\}\n$/);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      name: 'backfiller',
      hour: '2026-01-01T00',
      msg: 'Backfilling source/2026-01-01T00',
    });
  });

  test('writes no passwords, wherever they stand', () => {
    const { lines, logger } = collecting();
    const error = new Error('http://user:secret@host/ is gone', { cause: new Error('Bearer secret-token') });
    logger.error({ err: error, url: 'http://user:secret@host/' }, 'Nodes fetched: http://user:secret@host/');
    expect(lines.join('')).not.toContain('secret');
    expect(lines.join('')).toContain('http://***@host/ is gone');
  });
});

describe('text', () => {
  test('writes [asctime] LEVEL name: message, with the message as it was given', () => {
    const { lines, logger } = collecting({ format: 'text' });
    logger.info('Segment CH/source/2026-01-01T00/45:51.6-2.0-full-x.ts backfilled');
    expect(lines[0]).toMatch(
      /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\] INFO backfiller: Segment CH\/source\/2026-01-01T00\/45:51\.6-2\.0-full-x\.ts backfilled\n$/,
    );
  });

  test('names the module of a child, and the levels as Python does', () => {
    const { lines, logger } = collecting({ format: 'text', level: 'trace' });
    const child = logger.child({ module: 'archive' }).child({ node: 'a' });
    for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const) child[level]('x');
    const levels = lines.map((line) => /\] (\w+) archive: x node=a\n$/.exec(line)?.[1]);
    expect(levels).toEqual(['TRACE', 'DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL']);
  });

  test('writes the stack of an error on lines of its own', () => {
    const { lines, logger } = collecting({ format: 'text' });
    logger.error({ err: new Error('broken') }, 'Backfill failed. Retrying in 10 s');
    expect(lines[0]).toMatch(/: Backfill failed\. Retrying in 10 s\n {2}Error: broken\n {6}at /);
  });

  test('lets no name forge a line or command the terminal', () => {
    const { lines, logger } = collecting({ format: 'text' });
    logger.info({ name2: 'a\nb' }, 'skipped \u001B[2J\n[2026-01-01 00:00:00,000] INFO backfiller: forged');
    expect(lines[0]?.trimEnd()).not.toMatch(/\p{Cc}/u);
    expect(lines[0]).toContain('skipped \\x1b[2J\\n[2026');
  });

  test('quotes values that are more than a word', () => {
    const { lines, logger } = collecting({ format: 'text' });
    logger.info({ a: 'one', b: 'two words', c: 3, d: ['x'], e: '' }, 'm');
    expect(lines[0]).toMatch(/: m a=one b="two words" c=3 d=\["x"\] e=""\n$/);
  });
});

test('writes nothing below its level', () => {
  const { lines, logger } = collecting({ level: 'warn' });
  logger.info('no');
  logger.warn('yes');
  expect(lines).toHaveLength(1);
});

test('counts its lines by level and module, under the name that dashboards know', async () => {
  const registry = createMetrics('test', { defaultMetrics: false });
  const { logger } = collecting({ registry, level: 'info' });
  logger.info('a');
  logger.debug('not written, not counted');
  const child = logger.child({ module: 'archive' });
  child.warn('b');
  child.child({ requestId: '1' }).warn('c');
  child.child({ module: 'remote' }).error('d');
  const text = await registry.metrics();
  expect(text.split('\n').filter((line) => line.startsWith('log_count_total'))).toEqual([
    'log_count_total{level="INFO",module="backfiller"} 1',
    'log_count_total{level="WARNING",module="archive"} 2',
    'log_count_total{level="ERROR",module="remote"} 1',
  ]);
});
