import path from 'node:path';
import { layerConfigs } from '@waybill/eslint-config/layers';
import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';
import tseslint from 'typescript-eslint';

const root = path.resolve(import.meta.dirname, '../../..');

async function messagesFor(file: string, imported: string): Promise<string[]> {
  const eslint = new ESLint({
    cwd: root,
    overrideConfigFile: true,
    overrideConfig: [{ files: ['**/*.ts'], languageOptions: { parser: tseslint.parser } }, ...layerConfigs(root)],
  });
  const [result] = await eslint.lintText(`import '${imported}';\n`, { filePath: path.join(root, file) });
  return (result?.messages ?? []).map(({ message }) => message);
}

describe('the layers', () => {
  it.each([
    ['packages/segments/src/new.ts', '@waybill/common', 'codec may not import kit'],
    ['packages/common/src/new.ts', '@waybill/blendfile', 'kit may not import engine'],
    ['packages/blob-store/src/new.ts', '@waybill/blob-store-fs', 'port may not import adapter'],
    ['packages/blob-store/src/new.ts', '@waybill/shaman-client', 'port may not import engine'],
    ['packages/http-kit/src/new.ts', '@waybill/backfiller', 'kit may not import app'],
    ['apps/backfiller/src/new.ts', '@waybill/shaman-server', 'app may not import app'],
    ['apps/backfiller/src/new.ts', '@waybill/test-kit', 'test-kit is for tests and suites'],
  ])('refuse in %s an import of %s', async (file, imported, message) => {
    expect(await messagesFor(file, imported)).toEqual([expect.stringContaining(message)]);
  });

  it.each([
    ['packages/common/src/new.ts', '@waybill/digest'],
    ['packages/blob-store-fs/src/new.ts', '@waybill/blob-store'],
    ['apps/backfiller/src/new.ts', '@waybill/segments'],
    ['packages/blob-store/src/suite/new.ts', '@waybill/test-kit'],
  ])('let %s import %s', async (file, imported) => {
    expect(await messagesFor(file, imported)).toEqual([]);
  });
});
