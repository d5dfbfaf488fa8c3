import { defineOptions, values } from '@waybill/cli-kit';
import { parseCutType } from '../cut/serve/parse-cut-query.ts';
import { CUT_TYPES } from '../cut/plan/cut-request.ts';
import { parseQueryTime } from '../serve/query-time.ts';
import { parsedText } from './parsed-text.ts';

/** Of every command that may run ffmpeg. */
export const FFMPEG_OPTION = defineOptions({
  ffmpeg: {
    schema: values.text(),
    value: 'PROGRAM',
    default: 'ffmpeg',
    description: 'ffmpeg 5.1 or newer, by name or path, for cuts, frames and waveforms',
  },
});

export const SERVE_CUT_OPTIONS = defineOptions({
  ...FFMPEG_OPTION,
  cutConcurrency: {
    schema: values.integer({ min: 1, max: 256 }),
    value: 'N',
    description:
      'requests that may run ffmpeg at a time, twice as many wait; default: one for two processors, which one encoder keeps busy',
  },
});

const time = parsedText((text) => parseQueryTime('the time', text));
export const CUT_OPTIONS = defineOptions({
  start: { schema: time, value: 'TIME', description: 'ISO 8601, UTC; default: the first hour' },
  end: { schema: time, value: 'TIME', description: 'ISO 8601, UTC, exclusive; default: the end of the last hour' },
  range: {
    schema: values.list(time),
    value: 'START,END',
    default: [],
    description: 'in place of --start and --end; repeated: one after the other',
  },
  type: {
    schema: parsedText(parseCutType),
    value: 'TYPE',
    default: 'smart',
    description: `one of ${CUT_TYPES.join(', ')}`,
  },
  transition: {
    schema: values.list(values.text()),
    value: 'TYPE,SECONDS|cut',
    default: [],
    description: 'between a range and the next; repeated; `cut` alone: a hard cut',
  },
  allowHoles: {
    schema: values.toggle(),
    default: false,
    description: 'leave out what is missing; else a cut with a hole is refused',
  },
  output: {
    schema: values.text(),
    value: 'FILE',
    short: 'o',
    required: true,
    description: 'where to; - is standard output. An archive of several runs becomes NAME_1.mkv, NAME_2.mkv …',
  },
});
