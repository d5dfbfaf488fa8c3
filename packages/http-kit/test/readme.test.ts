import { readFile } from 'node:fs/promises';
import { spawnChild } from '@waybill/test-kit';
import { expect, test } from 'vitest';

const example = new URL('programs/readme-example.ts', import.meta.url);

test('the example of the README is the program that runs here', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(await readFile(example, 'utf8'));
  await using child = await spawnChild(example);
  expect(await child.exited).toMatchObject({ code: 0, stdout: '200 {"hello":"wörld"}\n' });
});
