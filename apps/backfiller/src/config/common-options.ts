import { defineOptions, values } from '@waybill/cli-kit';
import { isSafeComponent } from '@waybill/segments';
import { z } from 'zod';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** Level names of Python's logging, which compose files of wubloader set. */
const PYTHON_LEVELS: Readonly<Record<string, string>> = { warning: 'warn', critical: 'fatal' };

const logLevel = z.preprocess((input) => {
  const text = typeof input === 'string' ? input.toLowerCase() : input;
  return typeof text === 'string' ? (PYTHON_LEVELS[text] ?? text) : text;
}, values.oneOf(LOG_LEVELS));

/** A channel, a quality or another directory directly below the base. */
export const directoryName = z
  .string()
  .refine(isSafeComponent, 'expected the name of one directory, without / and without a leading dot');

const STACK_SAMPLER = 'there is no stack sampler here; --log-level debug and /metrics say what goes on';

/** What every command that touches the archive takes. */
export const ARCHIVE_OPTIONS = defineOptions({
  baseDir: {
    schema: values.text(),
    value: 'DIR',
    default: '.',
    description: 'the archive: DIR/CHANNEL/QUALITY/HOUR/SEGMENT',
  },
  stateDir: {
    schema: values.text(),
    value: 'DIR',
    description: 'where locks, the node list and what is remembered of passes are kept; default BASE/.waybill',
  },
  durability: {
    schema: values.oneOf(['full', 'file', 'none']),
    value: 'LEVEL',
    default: 'full',
    description:
      'full: file and directory are on disk before a segment counts; file: the file only; none: neither (see docs/durability.md)',
  },
  logLevel: {
    schema: logLevel,
    value: 'LEVEL',
    default: 'info',
    env: ['WUBLOADER_LOG_LEVEL'],
    description: `one of ${LOG_LEVELS.join(', ')}`,
  },
  logFormat: {
    schema: values.oneOf(['auto', 'json', 'text']),
    value: 'FORMAT',
    default: 'auto',
    description: 'json, text, or auto: text on a terminal and JSON lines elsewhere',
  },
  enableStacksampler: {
    schema: z.unknown(),
    hidden: true,
    env: ['WUBLOADER_ENABLE_STACKSAMPLER'],
    description: 'of the original; has no effect',
    ignored: STACK_SAMPLER,
  },
});

/** The originals' Python console, accepted so that their command lines work. */
export const BACKDOOR_OPTION = defineOptions({
  backdoorPort: {
    schema: z.unknown(),
    value: 'PORT',
    hidden: true,
    description: 'of the original; has no effect',
    ignored: 'it opened a Python console, and there is no Python here',
  },
});

export const QUALITIES_OPTION = defineOptions({
  qualities: {
    schema: values.list(directoryName),
    value: 'LIST',
    default: ['source'],
    description: 'qualities, comma-separated; chat is one of them where chat is wanted',
  },
});
