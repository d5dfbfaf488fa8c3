import { defineOptions } from './option.ts';
import { values } from './values.ts';

/** Options that every command has. */
export const SHARED_OPTIONS = defineOptions({
  config: { schema: values.text(), value: 'FILE', description: 'read options from a JSON file' },
  printConfig: {
    schema: values.toggle(),
    default: false,
    description: 'show every option with its value and where it came from, and end',
  },
  json: { schema: values.toggle(), default: false, description: 'print the result as JSON' },
  quiet: {
    schema: values.toggle(),
    default: false,
    short: 'q',
    description: 'print results, warnings and errors only',
  },
  verbose: { schema: values.toggle(), default: false, short: 'v', description: 'print details' },
});
