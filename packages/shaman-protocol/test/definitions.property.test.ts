import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tierCount } from '@waybill/test-kit';
import {
  formatCreateRequestV3,
  formatDefinitionV2,
  formatRequirementsRequestV3,
  formatRequirementsResponseV3,
  formatRequirementsV2,
  parseCreateRequestV3,
  parseDefinitionV2,
  parseRequirementsRequestV3,
  parseRequirementsResponseV3,
  parseRequirementsV2,
} from '../src/index.ts';
import { definitions } from './support/files.ts';

const numRuns = tierCount({ push: 500, nightly: 20_000 });
const statuses = fc.constantFrom('unknown' as const, 'uploading' as const);

test('parse(format(files)) is the files, in v2 and v3', () => {
  fc.assert(
    fc.property(definitions, (files) => {
      expect(parseDefinitionV2(new TextEncoder().encode(formatDefinitionV2(files)))).toEqual(files);
      expect(parseRequirementsRequestV3(JSON.parse(formatRequirementsRequestV3(files)))).toEqual(files);
      const request = { files, checkoutPath: 'My Job' };
      expect(parseCreateRequestV3(JSON.parse(formatCreateRequestV3(request)))).toEqual(request);
    }),
    { numRuns },
  );
});

test('parse(format(answer)) is the answer, in v2 and v3', () => {
  fc.assert(
    fc.property(definitions, statuses, (files, status) => {
      const missing = files.map((file) => ({ ...file, status }));
      expect(parseRequirementsV2(formatRequirementsV2(missing))).toEqual(missing.map(({ path }) => ({ path, status })));
      expect(parseRequirementsResponseV3(JSON.parse(formatRequirementsResponseV3(missing)))).toEqual(missing);
    }),
    { numRuns },
  );
});
