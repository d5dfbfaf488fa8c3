import { constants } from 'node:os';

/** An error as the system gives it: `code`, `errno`, `syscall`. Throws on a code that this system does not have. */
export function errnoError(code: string, syscall = 'write'): NodeJS.ErrnoException {
  const errno = (constants.errno as Record<string, number | undefined>)[code];
  if (errno === undefined) throw new TypeError(`there is no system error ${code}`);
  return Object.assign(new Error(`${code}: injected, ${syscall}`), { code, errno: -errno, syscall });
}
