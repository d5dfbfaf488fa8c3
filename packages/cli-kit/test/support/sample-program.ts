import { z } from 'zod';
import { defineCommand, defineOptions, values, WorkIncompleteError } from '../../src/index.ts';
import type { ProgramDeclaration } from '../../src/index.ts';

const options = defineOptions({
  qualities: {
    schema: values.list(values.text()),
    value: 'NAMES',
    default: ['source'],
    description: 'qualities to fetch',
  },
  port: {
    schema: values.integer({ min: 0, max: 65_535 }),
    value: 'PORT',
    default: 8000,
    short: 'p',
    aliases: ['metrics-port'],
    description: 'TCP port to listen on',
  },
  baseDir: {
    schema: values.text(),
    value: 'DIR',
    default: '.',
    env: ['BASE_DIR'],
    description: 'where the archive is',
  },
  token: { schema: values.text(), value: 'TOKEN', secret: true, description: 'what clients must show' },
  nodes: { schema: values.list(values.url()), value: 'URLS', default: [], description: 'nodes to fetch from' },
  pause: { schema: values.duration(), value: 'TIME', default: 120_000, description: 'between two looks' },
  wait: { schema: values.duration(), value: 'TIME', default: 1500, description: 'longest wait' },
  maxBytes: { schema: values.bytes(), value: 'BYTES', default: 256 * 1024 ** 2, description: 'largest file' },
  deleteOld: { schema: values.toggle(), default: false, description: 'delete old hours' },
  sync: { schema: values.toggle(), default: true, description: 'sync files' },
  durability: {
    schema: values.oneOf(['full', 'file', 'none']),
    value: 'LEVEL',
    default: 'full',
    description: 'what is synced',
  },
  oldName: { schema: values.text(), value: 'TEXT', deprecated: 'use --base-dir', description: 'the old way' },
  backdoorPort: { schema: values.integer(), value: 'PORT', ignored: 'there is no backdoor', description: 'nothing' },
});

/** A program with one of everything; `show` returns its config as its result. */
export const sampleProgram: ProgramDeclaration = {
  name: 'sample',
  bin: 'waybill-sample',
  version: '1.2.3',
  description: 'Shows what a program can do.',
  commands: [
    defineCommand({
      name: 'show',
      description: 'show the configuration',
      options,
      arguments: {
        channels: { schema: z.array(values.text()), variadic: true, optional: true, description: 'names of channels' },
      },
      examples: [{ command: 'show mychannel --qualities source,480p', description: 'show one channel' }],
      async run(_signal, config, output) {
        const typed: { port: number; qualities: string[]; token: string | undefined; channels: string[] | undefined } =
          config;
        output.detail('about to show');
        output.result({ ...config, ...typed });
      },
    }),
    defineCommand({
      name: 'require',
      description: 'needs an option',
      options: defineOptions({
        target: { schema: values.text(), value: 'DIR', required: true, description: 'where to put it' },
      }),
      async run(_signal, { target }, output) {
        output.result(target.toUpperCase());
      },
    }),
    defineCommand({
      name: 'fail',
      description: 'fails',
      arguments: { how: { schema: values.oneOf(['incomplete', 'plain', 'code']), description: 'in which way' } },
      async run(_signal, { how }) {
        if (how === 'incomplete') throw new WorkIncompleteError('2 of 10 segments are missing');
        if (how === 'code') return 42;
        throw new Error('no luck with http://user:secret@host/', { cause: new Error('the cause of it') });
      },
    }),
  ],
};
