import { SignalReceivedError } from './errors.ts';
import { exitCodeFor } from './exit-codes.ts';
import { createOutput } from './output.ts';

/** Something that still runs after the end is a defect; it must not keep the process for ever. */
const LINGER_MS = 2000;
const UNREAD_MS = 500;

/**
 * Runs a program as this process: one AbortSignal from SIGINT and SIGTERM (a second one of either ends at once), a
 * closed standard output ends quietly, the exit code is set when the program has ended. `argv` default: what was typed.
 */
export async function runMain(
  program: (signal: AbortSignal, argv: readonly string[]) => Promise<number>,
  argv: readonly string[] = process.argv.slice(2),
): Promise<void> {
  const controller = new AbortController();
  const release = listen(controller);
  const code = await program(controller.signal, argv).catch((error: unknown) => {
    if (error !== controller.signal.reason) createOutput().error(error);
    return exitCodeFor(error);
  });
  release();
  process.exitCode = code;
  // Output that nobody reads would keep a program that was told to end; who reads slowly has a moment for the last words.
  if (controller.signal.aborted && process.stdout.writableLength > 0)
    setTimeout(() => process.exit(code), UNREAD_MS).unref();
  setTimeout(() => {
    process.stderr.write('warning: something still runs after the end; ending anyway\n');
    process.exit(code);
  }, LINGER_MS).unref();
}

function listen(controller: AbortController): () => void {
  const onSignal = (signal: NodeJS.Signals): void => {
    const reason = new SignalReceivedError(signal === 'SIGINT' ? 'SIGINT' : 'SIGTERM');
    if (controller.signal.aborted) process.exit(exitCodeFor(reason));
    controller.abort(reason);
  };
  const onOutputError = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE') throw error;
    controller.abort(new SignalReceivedError('SIGPIPE'));
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  process.stdout.on('error', onOutputError);
  process.stderr.on('error', onOutputError);
  return () => {
    // The listeners of the streams stay: what is still on its way out may fail after the end.
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  };
}
