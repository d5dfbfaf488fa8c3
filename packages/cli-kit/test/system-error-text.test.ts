import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { once } from 'node:events';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, test } from 'vitest';
import { createOutput } from '../src/index.ts';
import { systemErrorText } from '../src/system-error-text.ts';
import { fakeTerminal } from './support/fake-terminal.ts';

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

function shown(error: unknown, init: { json?: boolean; verbose?: boolean } = {}): string {
  const stderr = fakeTerminal();
  createOutput({ stdout: fakeTerminal(), stderr, env: {}, ...init }).error(error);
  return stderr.text();
}

describe('a failed system call', () => {
  test('says what is wrong, where, and what to do', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'absent.blend');
    const absent = thrownBy(() => readFileSync(path));
    expect(systemErrorText(absent)).toBe(`${path}: there is no such file or folder; check the path (ENOENT, open)`);
    expect(systemErrorText(thrownBy(() => readdirSync(join(directory.path, 'a', 'b'))))).toMatch(/ENOENT, scandir/);
    expect(systemErrorText(thrownBy(() => copyFileSync(path, join(directory.path, 'x'))))).toContain(
      `${path} -> ${join(directory.path, 'x')}: there is no such file`,
    );
  });

  test('is shown as that, with the code and its own words where more is asked for', async () => {
    await using directory = await temporaryDirectory();
    const error = thrownBy(() => readFileSync(join(directory.path, 'absent')));
    const sentence = 'absent: there is no such file or folder; check the path (ENOENT, open)';
    expect(shown(error)).toMatch(/^error: .*\(ENOENT, open\)\n$/);
    expect(shown(error)).toContain(sentence);
    const record = JSON.parse(shown(error, { json: true })) as { error: { code: string; message: string } };
    expect(record.error.code).toBe('ENOENT');
    expect(record.error.message).toContain(sentence);
    expect(shown(error, { verbose: true })).toMatch(/\(ENOENT, open\)\nError: ENOENT: no such file.*\n +at /);
  });

  test('names the host and the port of a connection', async () => {
    const socket = connect(1, '127.0.0.1');
    const [error] = (await once(socket, 'error')) as [unknown];
    const text =
      '127.0.0.1:1: nothing listens there; check the address, and that the server runs (ECONNREFUSED, connect)';
    expect(systemErrorText(error)).toBe(text);
    expect(systemErrorText(new AggregateError([error]))).toBe(text);
    const v6 = Object.assign(new Error('x'), { code: 'EADDRINUSE', syscall: 'listen', address: '::1', port: 80 });
    expect(systemErrorText(v6)).toMatch(/^\[::1\]:80: another program listens there/);
    const unknown = Object.assign(new Error('x'), { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: 'nowhere' });
    expect(systemErrorText(unknown)).toMatch(/^nowhere: nobody knows that host/);
  });

  test.each([
    ['no system call', new Error('ENOENT')],
    ['one that has no words here', Object.assign(new Error('odd'), { code: 'EXOTIC', syscall: 'open' })],
    ['an error of ours', Object.assign(new Error('said'), { code: 'ENOENT' })],
    ['nothing at all', undefined],
  ])('keeps its words where there is %s', (_what, error) => {
    expect(systemErrorText(error)).toBeUndefined();
  });
});
