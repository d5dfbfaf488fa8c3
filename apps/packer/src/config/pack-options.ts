import { defineOptions, values } from '@waybill/cli-kit';

/** Where what is remembered between two runs is kept. */
export const CACHE_OPTIONS = defineOptions({
  stateDir: {
    schema: values.text(),
    value: 'DIR',
    description: 'where digests and traces of unchanged files are remembered; default: the cache folder of the system',
  },
  cache: { schema: values.toggle(), default: true, description: 'remember digests and traces of unchanged files' },
});

export const SELECT_OPTIONS = defineOptions({
  project: {
    schema: values.text(),
    value: 'DIR',
    short: 'p',
    description: 'files below it keep their place; default: the folder of the .blend file',
  },
  exclude: {
    schema: values.list(values.text()),
    value: 'GLOB',
    default: [],
    short: 'e',
    description: "leave out files of this name, such as '*.abc'; may be given again, or as a comma-separated list",
  },
  relativeOnly: {
    schema: values.toggle(),
    default: false,
    description: 'leave out what is referred to by an absolute path',
  },
});

export const PACK_OPTIONS = defineOptions({
  noop: {
    schema: values.toggle(),
    default: false,
    short: 'n',
    aliases: ['dry-run'],
    description: 'show what would be packed, and write nothing',
  },
  compress: {
    schema: values.toggle(),
    default: false,
    short: 'c',
    description: 'compress .blend files that are not compressed (folder, S3, Shaman); a ZIP does that anyway',
  },
  allowMissing: {
    schema: values.toggle(),
    default: false,
    description: 'pack although files are missing, and end with 0; the manifest names them',
  },
  utf8Names: {
    schema: values.toggle(),
    default: false,
    description: 'folder: %XX for bytes in names that are no UTF-8, as all other targets have it; for exFAT, shares, …',
  },
  concurrency: {
    schema: values.integer({ min: 1, max: 256 }),
    value: 'N',
    default: 4,
    description: 'files that are worked on at a time',
  },
  durability: {
    schema: values.oneOf(['full', 'file', 'none']),
    value: 'LEVEL',
    default: 'full',
    description: 'folder and ZIP: full: files and folders are on disk at the end; file: files only; none: neither',
  },
  token: {
    schema: values.text(),
    value: 'TOKEN',
    secret: true,
    env: ['SHAMAN_JWT_TOKEN'],
    description: 'Shaman: bearer token',
  },
});
