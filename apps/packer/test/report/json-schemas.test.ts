import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { jsonSchemas } from '../../src/report/json-schemas.ts';

describe('the published schemas', () => {
  // Written anew by test/report/write-schemas.ts.
  it.each([...jsonSchemas()])('%s is what the source says', async (name, schema) => {
    const published = await readFile(new URL(`../../schema/${name}.json`, import.meta.url), 'utf8');
    expect(JSON.parse(published)).toEqual(JSON.parse(schema));
  });
});
