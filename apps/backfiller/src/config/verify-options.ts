import { defineOptions, values } from '@waybill/cli-kit';
import { parseBackfillStart } from '../backfill/pass/backfill-start.ts';
import { directoryName } from './common-options.ts';
import { parsedText } from './parsed-text.ts';

export const VERIFY_OPTIONS = defineOptions({
  qualities: {
    schema: values.list(directoryName),
    value: 'LIST',
    description: 'qualities, comma-separated; default: all, chat included',
  },
  start: {
    schema: parsedText(parseBackfillStart),
    value: 'WHEN',
    description: 'hours ago or a UTC time: hours that end before it are left out',
  },
  end: {
    schema: parsedText(parseBackfillStart),
    value: 'WHEN',
    description: 'hours ago or a UTC time: hours that begin after it are left out',
  },
  repair: {
    schema: values.toggle(),
    default: false,
    description: 'set corrupt files aside under an honest name, and fetch them again from the nodes that are given',
  },
  concurrency: {
    schema: values.integer({ min: 1, max: 64 }),
    value: 'N',
    default: 2,
    description: 'files that are read at a time',
  },
});
