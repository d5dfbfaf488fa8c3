import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { spawnChild } from '../src/spawn-child.ts';
import { temporaryDirectory } from '../src/temporary-directory.ts';
import { ulimitFileSize } from '../src/ulimit-file-size.ts';

async function withScript<T>(code: string, work: (script: string) => Promise<T>): Promise<T> {
  await using directory = await temporaryDirectory();
  const script = join(directory.path, 'script.mts');
  writeFileSync(script, code);
  return await work(script);
}

test('runs TypeScript, hands over arguments and environment, and tells how it ended', async () => {
  const code = `const text: string = [process.argv[2], process.env['GIVEN'], process.env['VITEST']].join();
    console.log(text); console.error('complaint'); process.exitCode = 3;`;
  await withScript(code, async (script) => {
    await using child = await spawnChild(script, ['argument'], { env: { GIVEN: 'given' } });
    const end = { code: 3, signal: null, stdout: 'argument,given,\n', stderr: 'complaint\n' };
    await expect(child.exited).resolves.toEqual(end);
  });
});

test('keeps the lines of the child until they are read', async () => {
  await withScript(`for (const line of ['a', 'b', 'c']) console.log(line);`, async (script) => {
    await using child = await spawnChild(script);
    await child.exited;
    expect(await Array.fromAsync(child.lines)).toEqual(['a', 'b', 'c']);
  });
});

test('sends text to the child, and kills it', async () => {
  const code = `process.stdin.on('data', (data: Buffer) => console.log(data.toString().trim()));`;
  await withScript(code, async (script) => {
    await using child = await spawnChild(script);
    child.send('hello\n');
    for await (const line of child.lines) {
      expect(line).toBe('hello');
      break;
    }
    child.kill('SIGKILL');
    expect((await child.exited).signal).toBe('SIGKILL');
  });
});

test('ends the child when disposed', async () => {
  await withScript(`setInterval(() => undefined, 1000);`, async (script) => {
    const child = await spawnChild(script);
    await child[Symbol.asyncDispose]();
    expect(() => process.kill(child.pid, 0)).toThrow('ESRCH');
  });
});

test('runs under a wrapper, here a limit on the size of files', async () => {
  const code = `import { writeFileSync } from 'node:fs';
    try { writeFileSync(process.argv[2] ?? '', Buffer.alloc(1025)); } catch (error) { console.log((error as { code: string }).code); }`;
  await withScript(code, async (script) => {
    await using child = await spawnChild(script, [`${script}.out`], { wrapper: ulimitFileSize(1024) });
    expect((await child.exited).stdout).toBe('EFBIG\n');
  });
});
