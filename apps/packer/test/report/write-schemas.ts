import { writeFile } from 'node:fs/promises';
import { jsonSchemas } from '../../src/report/json-schemas.ts';

// node --conditions=@waybill/source test/report/write-schemas.ts && prettier --write schema
for (const [name, text] of jsonSchemas()) await writeFile(new URL(`../../schema/${name}.json`, import.meta.url), text);
