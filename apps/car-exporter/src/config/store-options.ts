import { defineOptions, values } from '@waybill/cli-kit';
import { EXPORT_FORMATS } from '../export/export-format.ts';

/** Where blocks come from. */
export const STORE_OPTIONS = defineOptions({
  from: {
    schema: values.list(values.text()),
    value: 'SOURCE',
    required: true,
    description:
      'CAR files (v1, v2, .zst, .forest.car.zst), as a comma-separated list or given again: together they are one store; or lmdb:DIR, flatfs:DIR, or the address of a node (http://… or what FULLNODE_API_INFO holds)',
  },
  indexFile: {
    schema: values.text(),
    value: 'FILE',
    description: 'where the index of the source is kept; default: beside its first file',
  },
  keepUnpacked: {
    schema: values.toggle(),
    default: false,
    description: 'keep what compressed files are unpacked to, beside the index, for the next time',
  },
  trustSource: {
    schema: values.toggle(),
    default: false,
    description: 'do not compare the hash of every block when the index is made',
  },
});

/** For a source that is a node. */
export const NODE_OPTIONS = defineOptions({
  nodeToken: {
    schema: values.text(),
    value: 'TOKEN',
    secret: true,
    description: 'the token of the node, where its address holds none',
  },
});

export const WALK_OPTIONS = defineOptions({
  workers: {
    schema: values.integer({ min: 1, max: 64 }),
    value: 'N',
    default: 1,
    description: 'threads that read and scan, beside the one that writes; the file is the same with any number',
  },
  verify: {
    schema: values.toggle(),
    default: false,
    description:
      'compare the hash of every block once more while it is exported; with one worker the main thread does that',
  },
});

export const OUTPUT_OPTIONS = defineOptions({
  output: {
    schema: values.text(),
    value: 'PATH',
    short: 'o',
    description:
      'file or folder to write to, - for standard output, or s3://BUCKET/NAME?endpoint=URL; default: snapshot_TAIL_HEAD_SECONDS.car in this folder',
  },
  format: {
    schema: values.oneOf(EXPORT_FORMATS),
    value: 'FORMAT',
    description:
      'car (CARv1), zstd, forest (.forest.car.zst with index) or carv2 (with index); default: what the name ends with, .zst, .forest.car.zst, else car',
  },
  snapshotVersion: {
    schema: values.oneOf(['1', '2']),
    value: 'VERSION',
    default: '1',
    description: '1: the roots are the head; 2: the one root is metadata that names the head (FRC-0108)',
  },
  f3: {
    schema: values.text(),
    value: 'FILE',
    description: 'F3 snapshot that becomes the second block; with --snapshot-version 2 only',
  },
  level: {
    schema: values.integer({ min: 1, max: 19 }),
    value: 'N',
    default: 3,
    description: 'of zstd: more is smaller, and slower',
  },
  writeBuffer: {
    schema: values.bytes(),
    value: 'BYTES',
    default: 1_048_576,
    description: 'bytes that are gathered before a write; as many are being written meanwhile',
  },
  force: { schema: values.toggle(), default: false, description: 'replace a file that exists' },
  resume: {
    schema: values.toggle(),
    default: false,
    description:
      'keep what is written when the export is broken off, and go on from there the next time it is asked for with the same options; needs -o FILE, for formats car and carv2',
  },
  checkpointInterval: {
    schema: values.duration(),
    value: 'TIME',
    default: 10_000,
    description: 'with --resume: how often what is written is synced, and can be gone on from',
  },
  checksum: {
    schema: values.toggle(),
    default: true,
    description: 'write PATH.sha256sum beside the file',
  },
  durability: {
    schema: values.oneOf(['full', 'file', 'none']),
    value: 'LEVEL',
    default: 'full',
    description: 'full: file and folder are on disk at the end; file: the file only; none: neither',
  },
});
