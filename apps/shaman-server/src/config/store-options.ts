import { defineOptions, values } from '@waybill/cli-kit';
import { z } from 'zod';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
const DATABASE = z.string().regex(/^postgres(ql)?:\/\//, 'expected postgresql://…');

const DAY_MS = 86_400_000;

/** Where everything is, and how it is written. For every command. */
export const STORE_OPTIONS = defineOptions({
  storage: {
    schema: values.text(),
    value: 'DIR',
    required: true,
    description: 'the storage: DIR/file-store has the files by their SHA-256, DIR/jobs the checkouts',
  },
  fileStore: {
    schema: values.text(),
    value: 'DIR',
    description:
      'where the files are (with --blob-store: their cache), in place of STORAGE/file-store; an existing store of Flamenco is used as it is',
  },
  checkouts: {
    schema: values.text(),
    value: 'DIR',
    description: 'where the checkouts are, in place of STORAGE/jobs',
  },
  blobStore: {
    schema: z.string().regex(/^s3:\/\/[^/]+/, 'expected s3://BUCKET/PREFIX?endpoint=URL'),
    value: 'URL',
    description: 'keep the files in S3-compatible storage: s3://BUCKET/PREFIX?endpoint=URL&region=REGION',
  },
  cacheBytes: {
    schema: values.bytes(),
    value: 'BYTES',
    default: 50 * 1024 ** 3,
    description: 'with --blob-store: how much of it is kept here for checkouts, beside what they show',
  },
  database: {
    schema: DATABASE,
    value: 'URL',
    secret: true,
    description: 'postgresql://…: what several servers of one store share. Needed for more than one server',
  },
  sharedCheckouts: {
    schema: values.toggle(),
    default: false,
    description: 'with --database: all servers see one folder of checkouts; without: each server has one of its own',
  },
  materialise: {
    schema: values.oneOf(['eager', 'on-demand']),
    value: 'WHEN',
    default: 'eager',
    description:
      'with --database: eager: checkouts that other servers made appear in the folder of this one at once; on-demand: when they are asked for',
  },
  onDemandKeep: {
    schema: values.duration(),
    value: 'TIME',
    default: DAY_MS,
    description:
      'with --materialise on-demand: how long a checkout stays after it was last asked for; then it may go, to keep all of them below --cache-bytes',
  },
  durability: {
    schema: values.oneOf(['full', 'file', 'none']),
    value: 'LEVEL',
    default: 'full',
    description: 'full: file and directory are on disk before a 2xx; file: the file only; none: neither',
  },
  checkoutLinks: {
    schema: values.oneOf(['auto', 'symlink', 'hardlink', 'reflink', 'copy']),
    value: 'KIND',
    default: 'auto',
    description: 'how checkouts show the files; auto: relative symbolic links, or what the file system can do',
  },
  extraCheckouts: {
    schema: values.list(values.text()),
    value: 'DIRS',
    default: [],
    description: 'more folders whose links keep files from garbage collection, comma-separated',
  },
  logLevel: {
    schema: values.oneOf(LOG_LEVELS),
    value: 'LEVEL',
    default: 'info',
    description: `one of ${LOG_LEVELS.join(', ')}`,
  },
  logFormat: {
    schema: values.oneOf(['auto', 'json', 'text']),
    value: 'FORMAT',
    default: 'auto',
    description: 'json, text, or auto: text on a terminal and JSON lines elsewhere',
  },
});
