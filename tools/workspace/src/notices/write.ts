// Writes THIRD_PARTY_NOTICES from the installed production dependencies: `pnpm notices`.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { thirdPartyNotices } from './notices.ts';

const root = path.resolve(import.meta.dirname, '../../../..');
const text = thirdPartyNotices(root);
writeFileSync(path.join(root, 'THIRD_PARTY_NOTICES'), text);
console.log(`THIRD_PARTY_NOTICES: ${text.length} characters`);
