import type { OptionDescription, ProgramDescription } from '../../src/reference/program-description.ts';

function option(name: string, more: Partial<OptionDescription>): OptionDescription {
  return {
    name,
    flags: [`--${name}`],
    value: null,
    description: name,
    environment: [`WAYBILL_SAMPLE_${name.toUpperCase()}`],
    default: null,
    choices: [],
    secret: false,
    required: false,
    hidden: false,
    deprecated: null,
    ignored: null,
    ...more,
  };
}

/** One of each kind of thing that a program can declare. */
export const sampleProgram: ProgramDescription = {
  name: 'sample',
  bin: 'waybill-sample',
  description: 'Shows.',
  commands: [
    {
      name: 'serve',
      description: '.hidden files \\ too',
      kind: 'service',
      hidden: false,
      arguments: [{ name: 'anyFiles', description: 'files', variadic: true, optional: true }],
      options: [
        option('port', { flags: ['--port', '-p'], value: 'PORT', default: '8000', description: 'where to listen' }),
        option('cache', { default: true, description: 'remember' }),
        option('force', { default: false, description: 'a | b <c>' }),
        option('token', { value: 'TOKEN', secret: true }),
        option('old', { flags: ['--old-name'], hidden: true }),
      ],
      examples: [{ command: 'serve a b --port 1', description: 'as it is' }],
    },
    {
      name: 'secretCommand',
      description: 'for machines',
      kind: 'job',
      hidden: true,
      arguments: [],
      options: [],
      examples: [],
    },
  ],
  sharedOptions: [option('json', { default: false })],
  exitCodes: [{ code: 3, meaning: 'incomplete' }],
};
