import { defineOptions, values } from '@waybill/cli-kit';

export const SERVE_OPTIONS = defineOptions({
  outputDir: {
    schema: values.text(),
    value: 'DIR',
    default: '.',
    description: 'folder that snapshots are written to, under the names that Lotus gives them',
  },
  host: { schema: values.text(), value: 'ADDRESS', default: '127.0.0.1', description: 'address to listen on' },
  port: {
    schema: values.integer({ min: 0, max: 65_535 }),
    value: 'PORT',
    default: 8086,
    description: 'port to listen on; 0: any free one',
  },
  adminTokens: {
    schema: values.list(values.text()),
    value: 'TOKENS',
    default: [],
    secret: true,
    description: 'who exports has to send one of these as Authorization: Bearer; needed on any address but loopback',
  },
  minFreeBytes: {
    schema: values.bytes(),
    value: 'BYTES',
    default: 1_073_741_824,
    description: 'no export begins where less is free',
  },
  verify: {
    schema: values.toggle(),
    default: false,
    description: 'compare the hash of every block once more while it is exported',
  },
  drain: {
    schema: values.duration(),
    value: 'TIME',
    default: 10_000,
    description: 'how long answers may take after SIGTERM; the export itself is cancelled at once',
  },
  logLevel: {
    schema: values.oneOf(['debug', 'info', 'warn', 'error']),
    value: 'LEVEL',
    default: 'info',
    description: 'least important lines of the log',
  },
  logFormat: {
    schema: values.oneOf(['auto', 'json', 'text']),
    value: 'FORMAT',
    default: 'auto',
    description: 'auto: text on a terminal, JSON elsewhere',
  },
});
