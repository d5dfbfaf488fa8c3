import { defineOptions, values } from '@waybill/cli-kit';
import { z } from 'zod';
import { SERVE_CUT_OPTIONS } from './cut-options.ts';

/** Flags of the original's restreamer under their names (spec section 1.2), and ours. */
export const SERVE_OPTIONS = defineOptions({
  host: { schema: values.text(), value: 'ADDRESS', default: '0.0.0.0', description: 'address to listen on' },
  port: {
    schema: values.integer({ min: 0, max: 65_535 }),
    value: 'PORT',
    default: 8000,
    description: 'port to listen on; 0: any free one',
  },
  connectionString: {
    schema: z.unknown(),
    value: 'URL',
    hidden: true,
    description: 'of the original; has no effect',
    ignored: 'it served thumbnail templates from a database, which this program does not',
  },
  tokens: {
    schema: values.list(values.text()),
    value: 'LIST',
    secret: true,
    default: [],
    description: 'bearer tokens, comma-separated: one of them is needed for every route but health and metrics',
  },
  tlsCert: { schema: values.text(), value: 'FILE', description: 'PEM certificate: serve https' },
  tlsKey: { schema: values.text(), value: 'FILE', description: 'PEM key of --tls-cert' },
  tlsClientCa: {
    schema: values.text(),
    value: 'FILE',
    description: 'PEM certificates: only clients with a certificate of these authorities get in',
  },
  drain: {
    schema: values.duration(),
    value: 'TIME',
    default: 20_000,
    description: 'how long responses under way may take after SIGTERM',
  },
  watch: {
    schema: values.toggle(),
    default: true,
    description: 'announce segments that other programs put into the archive (events)',
  },
  watchHours: {
    schema: values.integer({ min: 1, max: 8760 }),
    value: 'N',
    default: 48,
    description: 'how many of the newest hours of each quality are watched; older ones are looked at now and then',
  },
  ...SERVE_CUT_OPTIONS,
});
