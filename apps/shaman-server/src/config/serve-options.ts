import { defineOptions, values } from '@waybill/cli-kit';

export const SERVE_OPTIONS = defineOptions({
  host: { schema: values.text(), value: 'ADDRESS', default: '127.0.0.1', description: 'address to listen on' },
  port: {
    schema: values.integer({ min: 0, max: 65_535 }),
    value: 'PORT',
    default: 8084,
    description: 'port to listen on; 0: any free one',
  },
  tlsCert: { schema: values.text(), value: 'FILE', description: 'PEM certificate: serve https' },
  tlsKey: { schema: values.text(), value: 'FILE', description: 'PEM key of --tls-cert' },
  trustProxy: {
    schema: values.list(values.text()),
    value: 'NETWORKS',
    default: [],
    description: 'addresses or networks of reverse proxies whose X-Forwarded-For is believed, such as 127.0.0.1',
  },
  drain: {
    schema: values.duration(),
    value: 'TIME',
    default: 30_000,
    description: 'how long uploads under way may take after SIGTERM',
  },
  gc: { schema: values.toggle(), default: true, description: 'collect garbage in the background' },
  gcInterval: {
    schema: values.duration(),
    value: 'TIME',
    default: 24 * 3_600_000,
    description: 'pause between two collections',
  },
  scrub: { schema: values.toggle(), default: true, description: 'read the store again in the background' },
  scrubInterval: {
    schema: values.duration(),
    value: 'TIME',
    default: 30 * 86_400_000,
    description: 'pause between two scrubs',
  },
});
