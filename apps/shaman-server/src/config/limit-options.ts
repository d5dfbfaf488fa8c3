import { defineOptions, values } from '@waybill/cli-kit';

const GIB = 1024 ** 3;
const UNLIMITED = 0;

/** What one request, one client and all of them together may take. */
export const LIMIT_OPTIONS = defineOptions({
  maxStoreBytes: {
    schema: values.bytes(),
    value: 'BYTES',
    default: UNLIMITED,
    description: 'most bytes in the store; more are refused with 507; 0: no limit',
  },
  maxFileBytes: {
    schema: values.bytes(),
    value: 'BYTES',
    default: 1024 * GIB,
    description: 'largest file that is taken',
  },
  minFreeBytes: {
    schema: values.bytes(),
    value: 'BYTES',
    default: GIB,
    description:
      'what stays free on the disk; uploads that do not leave it are refused with 507. Not with --blob-store',
  },
  maxUploads: {
    schema: values.integer({ min: 1, max: 10_000 }),
    value: 'N',
    default: 128,
    description: 'uploads that are read at a time; more wait some seconds, then get 503 with Retry-After',
  },
  maxUploadsPerClient: {
    schema: values.integer({ min: 1, max: 10_000 }),
    value: 'N',
    default: 256,
    description: 'uploads of one address that are read or wait at a time; more get 429 with Retry-After',
  },
  maxDefinitionBytes: {
    schema: values.bytes(),
    value: 'BYTES',
    default: 256 * 1024 * 1024,
    description:
      'largest definition of a checkout, decoded; also of all that are under way, more get 503 with Retry-After',
  },
  maxDefinitionFiles: {
    schema: values.integer({ min: 1 }),
    value: 'N',
    default: 1_000_000,
    description: 'most files in a definition of a checkout',
  },
  idleTimeout: {
    schema: values.duration(),
    value: 'TIME',
    default: 60_000,
    description: 'how long the next 16 KiB of a body may take; there is no limit for the whole of a body that moves',
  },
});
