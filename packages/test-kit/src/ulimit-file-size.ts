/** POSIX counts `ulimit -f` in blocks of this size. */
const BLOCK_BYTES = 512;

/**
 * The command that runs `command` with a limit on the size of the files it writes, in bytes, a multiple of 512.
 * Without a `command` it is a prefix, for `spawnChild(…, { wrapper: ulimitFileSize(4096) })`.
 */
export function ulimitFileSize(bytes: number, command: readonly string[] = []): string[] {
  if (bytes % BLOCK_BYTES !== 0) throw new RangeError(`${bytes} is no multiple of ${BLOCK_BYTES}`);
  return ['sh', '-c', 'ulimit -f "$1" && shift && exec "$@"', 'sh', String(bytes / BLOCK_BYTES), ...command];
}
