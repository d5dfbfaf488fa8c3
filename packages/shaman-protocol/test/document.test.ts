import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parseCapabilities } from '../src/index.ts';
import { batchOf, frame } from './support/batches.ts';

const text = await readFile(new URL('../../../docs/protocols/shaman.md', import.meta.url), 'utf8');

function block(language: string): string {
  return new RegExp(`\`\`\`${language}\\n([^\`]*)\`\`\``).exec(text)?.[1] ?? '';
}

test('the batch of the document is what is written and read', async () => {
  expect((await batchOf([frame('abc')])).toString('hex')).toBe(block('hex').replaceAll(/\s/g, ''));
});

test('the capability document of the document is one', () => {
  expect(parseCapabilities(JSON.parse(block('json')))).toMatchObject({ version: 1, resumable: true });
});
