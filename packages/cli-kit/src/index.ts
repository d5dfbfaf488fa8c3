export { defineCommand } from './command.ts';
export { completionScript, SHELLS } from './completion.ts';
export { readConfigFile } from './config-file.ts';
export { createProgram } from './create-program.ts';
export { describeProgram } from './describe.ts';
export { ConfigInvalidError, SignalReceivedError, UsageInvalidError, WorkIncompleteError } from './errors.ts';
export { EXIT, EXIT_MEANINGS, exitCodeFor } from './exit-codes.ts';
export { formatBytes, formatCount, formatDuration } from './format.ts';
export { defineOptions } from './option.ts';
export { createOutput } from './output.ts';
export { printableConfig } from './print-config.ts';
export { resolveConfig, sourceText } from './resolve-config.ts';
export { runMain } from './run-main.ts';
export { formatTable } from './table.ts';
export { printable, useColor } from './terminal.ts';
export { values } from './values.ts';

export type { CommandDeclaration, CommandExample, ProgramDeclaration } from './command.ts';
export type { Shell } from './completion.ts';
export type { ConfigFile } from './config-file.ts';
export type { Program, ProgramEnvironment } from './create-program.ts';
export type { ArgumentDescription, CommandDescription, OptionDescription, ProgramDescription } from './describe.ts';
export type { ConfigIssue } from './errors.ts';
export type { ExitCode, ProgramExitCodes } from './exit-codes.ts';
export type {
  ArgumentDeclaration,
  ArgumentDeclarations,
  ArgumentsOf,
  ConfigOf,
  OptionDeclaration,
  OptionDeclarations,
} from './option.ts';
export type { Output, OutputInit } from './output.ts';
export type { Progress, ProgressInit } from './progress.ts';
export type { ConfigInputs, ConfigSource, ResolvedConfig } from './resolve-config.ts';
export type { TableRow } from './table.ts';
export type { TerminalStream } from './terminal.ts';
