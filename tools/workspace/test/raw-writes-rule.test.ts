import path from 'node:path';
import { ESLint, type Linter } from 'eslint';
import { describe, expect, it } from 'vitest';
import { noRawContentWrites } from '@waybill/eslint-config/no-raw-content-writes';
import tseslint from 'typescript-eslint';

const fixtures = path.join(import.meta.dirname, 'fixtures');

async function messagesFor(file: string): Promise<string[]> {
  const config: Linter.Config = {
    files: ['**/*.ts'],
    plugins: { waybill: { rules: { 'no-raw-content-writes': noRawContentWrites } } },
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { projectService: true, tsconfigRootDir: fixtures },
    },
    rules: { 'waybill/no-raw-content-writes': 'error' },
  };
  const eslint = new ESLint({ cwd: fixtures, overrideConfigFile: true, overrideConfig: config });
  const [result] = await eslint.lintFiles([file]);
  return (result?.messages ?? []).map(({ line, message }) => `${line}: ${message.split('`')[1] ?? message}`);
}

describe('the ban on raw content writes', () => {
  it('fires on every way of node:fs to write content, file handles included', async () => {
    expect(await messagesFor('raw-writes.ts')).toEqual([
      ...['1: createWriteStream', '3: writeFile', '7: writeFileSync', '8: copyFile', '9: appendFile', '12: write'],
    ]);
  });

  it('lets reading, renaming and terminal output through', async () => {
    expect(await messagesFor('harmless.ts')).toEqual([]);
  });
});
