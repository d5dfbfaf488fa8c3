import { relative } from 'node:path';
import { formatPath } from '../../../src/paths/format-path.ts';
import { trace } from '../../../src/trace/trace.ts';
import type { TraceOptions } from '../../../src/trace/usage.ts';

export interface TracedFiles {
  /** Relative to the folder, in order, the .blend files included. */
  readonly files: readonly string[];
  /** Usages that lead to no file although they should. */
  readonly missing: readonly string[];
}

/** What a file needs, the file itself included. */
export async function traceFiles(blend: string, folder: string, options?: TraceOptions): Promise<TracedFiles> {
  const files = new Set([blend]);
  const missing: string[] = [];
  for await (const usage of trace(blend, options)) {
    for (const { path } of usage.files) files.add(formatPath(path));
    if (usage.files.length === 0 && !usage.isOptional && !usage.isPacked)
      missing.push(`${usage.datablock.name} ${usage.via} ${formatPath(usage.stored)}`);
  }
  return { files: [...files].map((path) => relative(folder, path)).sort(), missing };
}
