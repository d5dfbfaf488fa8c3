/** Tells a system error (it has a `code` such as `ENOENT`) from everything else; with `code`, that one system error. */
export function isErrnoException(error: unknown, code?: string): error is NodeJS.ErrnoException & { code: string } {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return false;
  return code === undefined || error.code === code;
}
