import { runProgram } from './run-program.ts';
import { type SkippableTest, skipWithout } from './skip-without.ts';

/** Skips the test, visibly, where system calls cannot be traced. */
export async function needStrace(test: SkippableTest): Promise<void> {
  const found = await runProgram('strace', ['-f', '-o', '/dev/null', 'true']);
  if (found === undefined) skipWithout(test, 'strace is not installed');
  else if (found.code !== 0) test.skip('strace is not permitted to trace here');
}
