import { toFilePath, type FilePath } from '../paths/file-path.ts';
import type { TraceOptions, Usage } from './usage.ts';
import { Tracer } from './tracer.ts';

/**
 * Finds everything that a .blend file depends on, and what its libraries depend on: of these, the datablocks that are linked, with
 * all that they reach. Usages come as they are found: those of the file itself before the next file is opened.
 * @throws Errors of `@waybill/blendfile` for a file that is broken; system errors for one that cannot be read; the signal's reason.
 * A library that does not exist is no error but a usage without files.
 */
export async function* trace(
  file: FilePath | string,
  options: TraceOptions = {},
): AsyncGenerator<Usage, void, undefined> {
  yield* new Tracer(toFilePath(file), options).run();
}
