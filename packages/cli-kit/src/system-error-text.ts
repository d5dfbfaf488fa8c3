/** A failed system call, as Node throws it. */
interface SystemError extends Error {
  readonly code: string;
  readonly syscall: string;
  readonly path?: unknown;
  readonly dest?: unknown;
  readonly address?: unknown;
  readonly port?: unknown;
  readonly hostname?: unknown;
}

/** By the name of the error: what is wrong with the place that stands in front, and what to do. */
const MEANINGS: Readonly<Record<string, readonly [problem: string, remedy: string]>> = {
  ENOENT: ['there is no such file or folder', 'check the path'],
  ENOTDIR: ['a part of the path is a file where a folder is needed', 'check the path'],
  EISDIR: ['it is a folder where a file is needed', 'check the path'],
  ENAMETOOLONG: ['the name is too long for the file system', 'give a shorter one'],
  ELOOP: ['its symbolic links lead in a circle', 'mend the links'],
  EACCES: ['this user may not do that', 'change the permissions, or run as a user who may'],
  EPERM: ['the system does not allow that', 'change the permissions or attributes, or run as a user who may'],
  EROFS: ['the file system is read-only', 'choose another place, or mount it for writing'],
  EEXIST: ['there is something of that name', 'remove it, or choose another name'],
  ENOTEMPTY: ['the folder is not empty', 'choose another one, or empty it'],
  EBUSY: ['it is in use', 'end what uses it, and try again'],
  ENOSPC: ['the disk is full', 'make room, and try again'],
  EDQUOT: ['the quota of this user is used up', 'make room, and try again'],
  EMFILE: ['this process has too many files open', 'raise the limit (ulimit -n)'],
  ENFILE: ['the system has too many files open', 'end other programs, or raise its limit'],
  EIO: ['the disk or the network behind it failed', 'look into the log of the system'],
  ESTALE: ['the file was removed on the server that it lies on', 'try again'],
  EADDRINUSE: ['another program listens there', 'choose another port, or end that program'],
  EADDRNOTAVAIL: ['this machine does not have that address', 'choose one that it has'],
  ECONNREFUSED: ['nothing listens there', 'check the address, and that the server runs'],
  ECONNRESET: ['the other side broke the connection', 'try again, and look into its log'],
  EHOSTUNREACH: ['no way leads there', 'check the address and the network'],
  ENETUNREACH: ['no way leads there', 'check the address and the network'],
  ETIMEDOUT: ['there was no answer in time', 'check the address and the network, and try again'],
  ENOTFOUND: ['nobody knows that host', 'check the name'],
  EAI_AGAIN: ['the name server does not answer', 'check the network, and try again'],
};

/**
 * A failed system call as a sentence: what is wrong, where, and what to do; `undefined` for any other error, and for calls that
 * fail in a way that has no words here.
 */
export function systemErrorText(error: unknown): string | undefined {
  // Of the addresses of one host each was tried.
  if (error instanceof AggregateError) return error.errors.map(systemErrorText).find((text) => text !== undefined);
  if (!isSystemError(error)) return undefined;
  const [problem, remedy] = MEANINGS[error.code] ?? [];
  if (problem === undefined || remedy === undefined) return undefined;
  const place = placeOf(error);
  return `${place === '' ? '' : `${place}: `}${problem}; ${remedy} (${error.code}, ${error.syscall})`;
}

function isSystemError(error: unknown): error is SystemError {
  if (!(error instanceof Error)) return false;
  const { code, syscall } = error as Partial<SystemError>;
  return typeof code === 'string' && typeof syscall === 'string';
}

function placeOf({ path, dest, address, port, hostname }: SystemError): string {
  if (typeof path === 'string') return typeof dest === 'string' ? `${path} -> ${dest}` : path;
  if (typeof hostname === 'string') return hostname;
  if (typeof address !== 'string') return '';
  const host = address.includes(':') ? `[${address}]` : address;
  return typeof port === 'number' ? `${host}:${port}` : host;
}
