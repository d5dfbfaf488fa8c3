import { describe, expect, it, test } from 'vitest';
import { createProgram, describeProgram, EXIT, EXIT_MEANINGS, exitCodeFor } from '../src/index.ts';
import { runSample } from './support/run-sample.ts';
import { sampleProgram } from './support/sample-program.ts';

test('describes a program as JSON for the docs', () => {
  const program = describeProgram(sampleProgram);
  expect(program).toMatchObject({ name: 'sample', bin: 'waybill-sample', version: '1.2.3' });
  const show = program.commands.find(({ name }) => name === 'show');
  expect(show?.arguments).toEqual([
    { name: 'channels', description: 'names of channels', variadic: true, optional: true },
  ]);
  expect(show?.options.find(({ name }) => name === 'port')).toEqual({
    name: 'port',
    flags: ['--port', '-p', '--metrics-port'],
    value: 'PORT',
    description: 'TCP port to listen on',
    environment: ['WAYBILL_SAMPLE_PORT', 'WAYBILL_PORT'],
    fileKey: 'port',
    default: 8000,
    choices: [],
    secret: false,
    required: false,
    hidden: false,
    deprecated: null,
    ignored: null,
  });
  expect(show?.options.find(({ name }) => name === 'durability')?.choices).toEqual(['full', 'file', 'none']);
  expect(program.sharedOptions.map(({ name }) => name)).toEqual(['config', 'printConfig', 'json', 'quiet', 'verbose']);
});

test('prints the same from the hidden command', async () => {
  const { code, stdout } = await runSample(['reference']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual(describeProgram(createProgram(sampleProgram).declaration));
});

test('gives every exit code a meaning, and every number once', () => {
  expect([...EXIT_MEANINGS.keys()].sort()).toEqual([...new Set(Object.values(EXIT))].sort());
});

test.each([
  ['ERR_USAGE_INVALID', 2],
  ['ERR_CONFIG_INVALID', 2],
  ['ERR_WORK_INCOMPLETE', 3],
  ['ERR_DISK_FULL', 4],
  ['ERR_DIRECTORY_LOCKED', 5],
  ['ERR_PARTIAL_FILE_BUSY', 5],
  ['EPIPE', 141],
  ['ENOENT', 1],
  [undefined, 1],
])('an error with code %s ends with %d', (code, expected) => {
  expect(exitCodeFor(Object.assign(new Error('x'), { code }))).toBe(expected);
});

test.each([undefined, null, 'text', 5])('something thrown that is no error (%j) ends with 1', (thrown) => {
  expect(exitCodeFor(thrown)).toBe(1);
});

describe('a program with exit codes of its own', () => {
  const exitCodes = { replaced: new Map([[EXIT.usage, 64]] as const), meanings: new Map([[2, 'files are missing']]) };
  const program = { ...sampleProgram, exitCodes };

  it('ends with its own numbers', async () => {
    const silent = { env: {}, stdout: { write: () => true }, stderr: { write: () => true } };
    const { run } = createProgram(program, silent);
    expect(await run(new AbortController().signal, ['--no-such-flag'])).toBe(64);
  });

  it('says what they mean, in order', () => {
    const { exitCodes: described } = describeProgram(program);
    expect(described.map(({ code }) => code)).toEqual([0, 1, 2, 3, 4, 5, 64, 130, 141, 143]);
    expect(described.find(({ code }) => code === 2)?.meaning).toBe('files are missing');
    expect(described.find(({ code }) => code === 64)?.meaning).toContain('wrong use');
  });
});
