import type { TerminalStream } from '../../src/index.ts';

/** A stream that keeps what is written. */
export function fakeTerminal(options: { isTTY?: boolean; columns?: number } = {}): TerminalStream & {
  readonly writes: string[];
  readonly text: () => string;
} {
  const writes: string[] = [];
  return { ...options, writes, text: () => writes.join(''), write: (text) => void writes.push(text) };
}
