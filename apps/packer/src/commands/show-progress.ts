import type { Output, Progress } from '@waybill/cli-kit';
import type { PackCallbacks } from '../execute/pack-callbacks.ts';
import { formatPath } from '../paths/format-path.ts';

/** With `--json`: so often a line says how far it is. */
const LINE_MS = 500;

/** Shows how far a pack is: a bar on a terminal, plain lines elsewhere, JSON lines with `--json`, all on standard error. */
export interface ShownProgress extends Disposable {
  readonly callbacks: PackCallbacks;
}

export function showProgress(output: Output): ShownProgress {
  if (output.quiet) return { callbacks: {}, [Symbol.dispose]: () => undefined };
  return output.json ? jsonLines(output) : bar(output);
}

function bar(output: Output): ShownProgress {
  let progress: Progress | undefined;
  return {
    callbacks: {
      // Before that nothing is packed, and where files are missing nothing ever is.
      packStarted: ({ sizeBytes: total }) => (progress = output.progress({ label: 'packed', unit: 'bytes', total })),
      progress: ({ doneBytes }) => progress?.set(doneBytes),
      retrying: (error) => output.detail(`trying again: ${messageOf(error)}`),
      fileRewritten: ({ place, rewrites }) => output.detail(`${place}: ${rewrites.length} paths set anew`),
      fileSkipped: (place) => output.detail(`${place}: there already`),
      fileSent: (place) => output.detail(place),
    },
    [Symbol.dispose]: () => progress?.end(),
  };
}

function jsonLines(output: Output): ShownProgress {
  let toldMs = -Infinity;
  const tell = (event: string, values: object): void => output.info(JSON.stringify({ event, ...values }));
  return {
    callbacks: {
      fileOpened: (path) => tell('opened', { file: formatPath(path) }),
      packStarted: ({ files, sizeBytes }) => tell('started', { files: files.length, sizeBytes }),
      fileRewritten: ({ place, rewrites }) => tell('rewritten', { path: place, rewrites: rewrites.length }),
      progress: (progress) => {
        const now = performance.now();
        if (now - toldMs < LINE_MS) return;
        toldMs = now;
        tell('progress', progress);
      },
      retrying: (error) => tell('retrying', { message: messageOf(error) }),
      packAborted: () => tell('aborted', {}),
    },
    [Symbol.dispose]: () => undefined,
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
