import { stdSerializers } from 'pino';
import type { SerializedError } from 'pino';

/** What only a mistake in a program throws. */
const MISTAKES = [TypeError, RangeError, ReferenceError, SyntaxError, EvalError];

/**
 * An error for a log line. One with a `code` says by it what happened (a full disk, a node that is away), and its stack would
 * only bury the line; a mistake in a program keeps its stack, and so does what has no code.
 */
export function serializeError(error: unknown): SerializedError | Omit<SerializedError, 'stack'> {
  const serialized = stdSerializers.err(error as Error);
  if (!isExpected(error)) return serialized;
  const { stack: _stack, ...rest } = serialized;
  return { ...rest, message: messageOf(error) };
}

function isExpected(error: unknown): error is Error {
  const isMistake = MISTAKES.some((kind) => error instanceof kind);
  return error instanceof Error && !isMistake && typeof (error as { code?: unknown }).code === 'string';
}

/** With what caused it, as long as that says more. */
function messageOf({ message, cause }: Error): string {
  if (!(cause instanceof Error) || message.includes(cause.message)) return message;
  return `${message}: ${messageOf(cause)}`;
}
