export interface TracedCall {
  /** `fdatasync` counts as `fsync`, `renameat2` as `rename`, `mkdirat` as `mkdir`. */
  readonly name: string;
  /** The first path: that of the descriptor, or the argument. */
  readonly path: string;
  /** The second path, of a rename. */
  readonly target: string;
  /** Status of the HTTP answer that a write begins. */
  readonly status: number | undefined;
  result: number;
  readonly startedAt: number;
  endedAt: number;
}

const NAMES: Readonly<Record<string, string>> = {
  fdatasync: 'fsync',
  renameat: 'rename',
  renameat2: 'rename',
  mkdirat: 'mkdir',
  writev: 'write',
};

/** Reads what `strace -f -y -o FILE` wrote: a call of one thread may begin before that of another one has ended. */
export function parseTrace(text: string): TracedCall[] {
  const calls: TracedCall[] = [];
  const unfinished = new Map<string, TracedCall>();
  for (const [at, line] of text.split('\n').entries()) {
    const [, thread = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const isResumed = rest.startsWith('<... ');
    const call = isResumed ? unfinished.get(thread) : begin(rest, at);
    if (call === undefined) continue;
    if (!isResumed) calls.push(call);
    if (rest.endsWith('<unfinished ...>')) unfinished.set(thread, call);
    else {
      call.result = Number(/= (-?\d+)[^=]*$/.exec(rest)?.[1] ?? -1);
      call.endedAt = at;
    }
  }
  return calls;
}

function begin(text: string, startedAt: number): TracedCall | undefined {
  const [, name = '', args = ''] = /^(\w+)\((.*)$/.exec(text) ?? [];
  if (name === '') return undefined;
  const paths = [...args.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, path = '']) => path);
  const ofDescriptor = /^\d+<([^>]*)>/.exec(args)?.[1];
  const status = /"HTTP\/1\.1 (\d+)/.exec(args)?.[1];
  return {
    name: NAMES[name] ?? name,
    path: ofDescriptor ?? paths[0] ?? '',
    target: paths[1] ?? '',
    status: status === undefined ? undefined : Number(status),
    ...{ result: -1, startedAt, endedAt: Infinity },
  };
}
