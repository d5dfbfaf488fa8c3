import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, test } from 'vitest';
import { createProgram, SignalReceivedError } from '../src/index.ts';
import { fakeTerminal } from './support/fake-terminal.ts';
import { runSample } from './support/run-sample.ts';
import { sampleProgram } from './support/sample-program.ts';

async function shown(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await runSample(['show', '--json', ...argv], env);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe('a command line', () => {
  test('becomes a typed config with its defaults', async () => {
    expect(await shown([])).toMatchObject({
      qualities: ['source'],
      port: 8000,
      baseDir: '.',
      deleteOld: false,
      sync: true,
    });
  });

  test('sets options by long flag, short flag, alias and = sign, before and after arguments', async () => {
    const config = await shown(['one', '-p', '1', '--delete-old', 'two', '--qualities=a, b,,c', '--no-sync']);
    expect(config).toMatchObject({
      channels: ['one', 'two'],
      port: 1,
      deleteOld: true,
      qualities: ['a', 'b', 'c'],
      sync: false,
    });
    expect(await shown(['--metrics-port', '7'])).toMatchObject({ port: 7 });
  });

  test('adds to a list when its flag is given again, and replaces other values', async () => {
    const config = await shown([
      '--qualities',
      'a,b',
      '--qualities',
      'c',
      '--base-dir',
      'x,y',
      '--base-dir',
      'z',
      '--port',
      '1',
      '-p',
      '2',
    ]);
    expect(config).toMatchObject({ qualities: ['a', 'b', 'c'], baseDir: 'z', port: 2 });
  });

  test('may have shared options in front of the command', async () => {
    const { stdout } = await runSample(['--json', 'show', '--port', '5']);
    expect(JSON.parse(stdout)).toMatchObject({ port: 5 });
  });

  test.each([
    [['show', '--prot', '1'], "unknown option '--prot'", 'Did you mean --port?'],
    [['shwo'], "unknown command 'shwo'", 'Did you mean show?'],
    [['shwo'], "unknown command 'shwo'", 'See waybill-sample --help'],
    [['show', '--nodes', 'http://a,ftp://b'], 'item 2: expected a URL', 'Set it to URLS'],
    [['show', '--pause', 'long'], 'expected a duration', 'or leave it out for "2m"'],
    [['require', 'extra'], 'too many arguments', 'See waybill-sample require --help'],
    [['show', '--port'], "option '-p, --port <PORT>' argument missing", 'See waybill-sample show --help'],
    [['fail'], "missing required argument 'how'", 'See waybill-sample fail --help'],
    [[], 'a command is missing', ''],
    [['help', 'shwo'], "unknown command 'shwo'", 'the list is above'],
    [['show', '--quiet', '--verbose'], '--quiet and --verbose contradict each other', 'give one of them'],
  ])('that is wrong (%j) ends with 2 and says how to do better', async (argv, problem, remedy) => {
    const { code, stdout, stderr } = await runSample(argv);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`error: `);
    expect(stderr).toContain(problem);
    expect(stderr).toContain(remedy);
  });

  test('names every value that does not fit, where it came from and what to do', async () => {
    const { code, stderr } = await runSample(['show', '--port', '70000', '--durability', 'most'], {
      WAYBILL_DELETE_OLD: 'maybe',
    });
    expect(code).toBe(2);
    expect(stderr).toBe(
      [
        'error: 3 settings are wrong',
        '  --port: "70000" from the command line does not fit: expected a whole number from 0 to 65535. Set it to PORT (TCP port to listen on), or leave it out for 8000',
        '  --delete-old: "maybe" from the environment variable WAYBILL_DELETE_OLD does not fit: expected true or false. Set it to true or false (delete old hours), or leave it out for false',
        '  --durability: "most" from the command line does not fit: expected one of full, file, none. Set it to LEVEL (what is synced), or leave it out for "full"',
        '',
      ].join('\n'),
    );
  });

  test('refuses an argument that does not fit', async () => {
    const { code, stderr } = await runSample(['fail', 'loudly']);
    expect([code, stderr]).toEqual([
      2,
      'error: <how>: "loudly" from the command line does not fit: expected one of incomplete, plain, code. Give in which way\n',
    ]);
  });

  test('says how to set what is required', async () => {
    const { code, stderr } = await runSample(['require']);
    expect(code).toBe(2);
    expect(stderr).toContain('Set --target DIR, the variable WAYBILL_SAMPLE_TARGET, or "target" in the config file');
    expect((await runSample(['require', '--target', 'abc'])).stdout).toBe('ABC\n');
  });
});

describe('--help', () => {
  test('of a command shows arguments, options with defaults, examples and exit codes', async () => {
    const { code, stdout } = await runSample(['show', '--help']);
    expect(code).toBe(0);
    for (const part of [
      'Usage: waybill-sample show [options] [channels...]',
      '-p, --port <PORT>',
      'TCP port to listen on (default: 8000)',
      'between two looks (default: 2m)',
      'largest file (default: 256M)',
      'longest wait (default: 1500ms)',
      '--delete-old',
      '--no-sync',
      'Examples:\n  # show one channel\n  waybill-sample show mychannel --qualities source,480p\n',
      'WAYBILL_SAMPLE_PORT, then WAYBILL_PORT, for --port;',
      'file: {"port": 8000} in',
      'Exit codes:\n    0  all done',
      '  130  interrupted with Ctrl-C (SIGINT)',
    ]) {
      expect(stdout).toContain(part);
    }
    for (const hidden of ['--backdoor-port', '--metrics-port', '--no-delete-old', '  --sync '])
      expect(stdout).not.toContain(hidden);
  });

  test.each([
    [
      'a value where there is no default',
      'require',
      'WAYBILL_SAMPLE_TARGET, then WAYBILL_TARGET, for --target;',
      '{"target": "DIR"}',
    ],
    [
      'what every command has where there is no other',
      'fail',
      'WAYBILL_SAMPLE_JSON, then WAYBILL_JSON, for --json;',
      '{"json": true}',
    ],
  ])('shows where options come from by one that the command has: %s', async (_what, command, variables, file) => {
    const { stdout } = await runSample([command, '--help']);
    expect(stdout).toContain(`environment: ${variables}`);
    expect(stdout).toContain(`file: ${file} in`);
  });

  test('of the program lists its commands, without the hidden ones', async () => {
    const { stdout } = await runSample(['--help']);
    expect(stdout).toMatch(/Commands:\n {2}show .*\n.* {2}require /s);
    expect(stdout).toContain('completion [options] <shell>');
    expect(stdout).not.toContain('reference');
  });

  test('and --version end with 0', async () => {
    expect(await runSample(['--version'])).toEqual({ code: 0, stdout: '1.2.3\n', stderr: '' });
    expect((await runSample(['help', 'show'])).code).toBe(0);
  });
});

describe('the environment', () => {
  test('sets options: the name with the program goes before the shared one, then others', async () => {
    expect(await shown([], { WAYBILL_PORT: '1' })).toMatchObject({ port: 1 });
    expect(await shown([], { WAYBILL_PORT: '1', WAYBILL_SAMPLE_PORT: '2' })).toMatchObject({ port: 2 });
    expect(await shown(['--port', '3'], { WAYBILL_PORT: '1', WAYBILL_SAMPLE_PORT: '2' })).toMatchObject({ port: 3 });
    expect(await shown([], { BASE_DIR: '/a' })).toMatchObject({ baseDir: '/a' });
    expect(await shown([], { BASE_DIR: '/a', WAYBILL_BASE_DIR: '/b' })).toMatchObject({ baseDir: '/b' });
  });

  test('counts an empty variable as not set', async () => {
    expect(await shown([], { WAYBILL_SAMPLE_PORT: '', WAYBILL_PORT: '5' })).toMatchObject({ port: 5 });
  });

  test.each([
    ['yes', true],
    ['1', true],
    ['TRUE', true],
    ['off', false],
    ['0', false],
    ['no', false],
  ])('takes %j for a switch', async (text, expected) => {
    expect(await shown([], { WAYBILL_DELETE_OLD: text })).toMatchObject({ deleteOld: expected });
  });

  test('is warned about when a variable of the program is unknown', async () => {
    const { code, stderr } = await runSample(['show'], { WAYBILL_SAMPLE_PROT: '1', WAYBILL_OTHER: '1' });
    expect([code, stderr]).toEqual([
      0,
      'warning: the environment variable WAYBILL_SAMPLE_PROT is unknown; did you mean WAYBILL_SAMPLE_PORT?\n',
    ]);
  });

  test('names a file that holds a secret', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'token');
    await writeFile(path, 'very secret\n');
    expect(await shown([], { WAYBILL_SAMPLE_TOKEN_FILE: path })).toMatchObject({ token: 'very secret' });
    const { code, stderr } = await runSample(['show'], { WAYBILL_TOKEN_FILE: join(directory.path, 'gone') });
    expect(code).toBe(2);
    expect(stderr).toContain('WAYBILL_TOKEN_FILE: the file');
    expect(stderr).toContain('ENOENT');
  });
});

describe('a config file', () => {
  async function withFile(content: string, argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'config.json');
    await writeFile(path, content);
    const run = await runSample(['show', '--config', path, ...argv], env);
    return { ...run, stderr: run.stderr.replaceAll(path, 'FILE') };
  }

  test('is below flags and environment and above defaults, and has JSON types', async () => {
    const content = JSON.stringify({
      port: 1,
      baseDir: '/file',
      qualities: ['a', 'b'],
      deleteOld: true,
      durability: 'none',
    });
    const { stdout } = await withFile(content, ['--json', '--port', '2'], { WAYBILL_BASE_DIR: '/env' });
    expect(JSON.parse(stdout)).toMatchObject({
      port: 2,
      baseDir: '/env',
      qualities: ['a', 'b'],
      deleteOld: true,
      durability: 'none',
      sync: true,
    });
  });

  test('may be named in the environment', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'config.json');
    await writeFile(path, '{"port": 9}');
    expect(await shown([], { WAYBILL_SAMPLE_CONFIG: path })).toMatchObject({ port: 9 });
  });

  test('may hold options of other commands of the program', async () => {
    expect(await withFile('{"target": "x"}', [])).toMatchObject({ code: 0, stderr: '' });
  });

  test.each([
    ['{"prot": 1}', 'config file FILE: the key "prot" is unknown. Did you mean "port"?'],
    ['{"port": "x"}', '--port: "x" from the config file FILE does not fit: expected a whole number'],
    ['{"qualities": ["a", 5]}', '--qualities: ["a",5] from the config file FILE does not fit: item 2: expected a text'],
    ['[1]', 'config file FILE: it does not hold a JSON object. Give --config'],
    ['{', 'config file FILE: it is no JSON'],
  ])('that holds %s is refused', async (content, problem) => {
    const { code, stderr } = await withFile(content, []);
    expect(code).toBe(2);
    expect(stderr).toContain(problem);
  });

  test('that is missing is refused', async () => {
    const { code, stderr } = await runSample(['show', '--config', '/nowhere/config.json']);
    expect(code).toBe(2);
    expect(stderr).toContain('config file /nowhere/config.json: it cannot be read (ENOENT)');
  });
});

describe('--print-config', () => {
  test('shows values with where they came from, secrets masked, and does not run the command', async () => {
    const env = { WAYBILL_TOKEN: 'secret', WAYBILL_NODES: 'http://user:secret@a/,http://b/' };
    const { code, stdout } = await runSample(['show', '--port', '1', '--print-config', '--json'], env);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      port: { value: 1, from: 'flag --port' },
      baseDir: { value: '.', from: 'default' },
      token: { value: '***', from: 'environment WAYBILL_TOKEN' },
      nodes: { value: ['http://***@a/', 'http://b/'], from: 'environment WAYBILL_NODES' },
    });
    expect(stdout).not.toContain('secret');
  });

  test('shows a secret that is not set as not set', async () => {
    const { stdout } = await runSample(['show', '--print-config', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ token: { value: null, from: 'default' } });
  });
});

describe('options for the sake of others', () => {
  test('are accepted with a warning: deprecated ones work, ignored ones do not', async () => {
    const { code, stdout, stderr } = await runSample(['show', '--json', '--old-name', 'x', '--backdoor-port', 'what']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ oldName: 'x' });
    expect(JSON.parse(stdout)).not.toHaveProperty('backdoorPort');
    expect(stderr).toBe(
      [
        'warning: --old-name from the command line is deprecated: use --base-dir',
        'warning: --backdoor-port from the command line is ignored: there is no backdoor',
        '',
      ].join('\n'),
    );
  });
});

describe('a secret that does not fit', () => {
  test('is not shown', async () => {
    const { code, stderr } = await runSample(['show', '--nodes', 'ftp://user:hunter2@host/']);
    expect(code).toBe(2);
    expect(stderr).not.toContain('hunter2');
  });
});

describe('a command that fails', () => {
  test('ends with the code of its error and one line that says why', async () => {
    expect(await runSample(['fail', 'incomplete'])).toEqual({
      code: 3,
      stdout: '',
      stderr: 'error: 2 of 10 segments are missing\n',
    });
    expect((await runSample(['fail', 'plain'])).stderr).toBe('error: no luck with http://***@host/\n');
  });

  test('shows stack and causes with --verbose', async () => {
    const { stderr } = await runSample(['fail', 'plain', '--verbose']);
    expect(stderr).toMatch(
      /error: Error: no luck with http:\/\/\*\*\*@host\/\n +at [^]*caused by: Error: the cause of it\n/,
    );
  });

  test('shows its error as JSON with --json', async () => {
    const { stderr } = await runSample(['fail', 'incomplete', '--json']);
    expect(JSON.parse(stderr)).toEqual({
      error: { code: 'ERR_WORK_INCOMPLETE', message: '2 of 10 segments are missing' },
    });
  });

  test('shows errors of the command line as JSON too', async () => {
    const { code, stderr } = await runSample(['show', '--json', '--port', 'x']);
    expect([code, JSON.parse(stderr)]).toMatchObject([2, { error: { code: 'ERR_CONFIG_INVALID' } }]);
  });

  test('may return its own code', async () => {
    expect((await runSample(['fail', 'code'])).code).toBe(42);
  });
});

describe('a signal', () => {
  async function interrupted(
    kind: 'job' | 'service',
    signal: 'SIGINT' | 'SIGTERM',
    end: (reason: unknown) => number | undefined,
  ) {
    const controller = new AbortController();
    const stderr = fakeTerminal();
    const command = {
      name: 'work',
      description: 'works',
      kind,
      run: (own: AbortSignal) => {
        controller.abort(new SignalReceivedError(signal));
        return Promise.resolve().then(() => end(own.reason));
      },
    };
    const program = createProgram(
      { ...sampleProgram, commands: [command] },
      { env: {}, stdout: fakeTerminal(), stderr },
    );
    return { code: await program.run(controller.signal, ['work']), stderr: stderr.text() };
  }

  const rethrow = (reason: unknown): never => {
    throw reason;
  };
  const wrap = (cause: unknown): never => {
    throw new Error('could not finish', { cause });
  };
  const other = (): never => {
    throw new Error('the disk broke');
  };

  test.each([
    ['a job that throws it', 'job', 'SIGINT', rethrow, 130, ''],
    ['a job that wraps it', 'job', 'SIGTERM', wrap, 143, ''],
    ['a job that returns anyway', 'job', 'SIGTERM', () => undefined, 143, ''],
    ['a job that returns 3', 'job', 'SIGTERM', () => 3, 3, ''],
    ['a job that fails for another reason', 'job', 'SIGTERM', other, 1, 'error: the disk broke\n'],
    ['a service that drained after SIGTERM', 'service', 'SIGTERM', () => undefined, 0, ''],
    ['a service that Ctrl-C ended', 'service', 'SIGINT', () => undefined, 130, ''],
    ['a service that failed while it drained', 'service', 'SIGTERM', other, 1, 'error: the disk broke\n'],
  ] as const)('ends %s with the right code', async (_title, kind, signal, end, code, stderr) => {
    expect(await interrupted(kind, signal, end)).toEqual({ code, stderr });
  });
});
