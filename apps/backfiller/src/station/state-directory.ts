import path from 'node:path';
import { lockDirectory } from '@waybill/common';
import type { AbortOptions, DirectoryLock } from '@waybill/common';

/** Hidden, so that no listing shows it: neither ours nor that of the original. */
const DEFAULT_NAME = '.waybill';

export interface StatePaths {
  readonly directory: string;
  readonly nodesDatabase: string;
  readonly passMemory: string;
}

/** Where the state folder is, and what stands in it. */
export function statePaths({ baseDir, stateDir }: { baseDir: string; stateDir: string | undefined }): StatePaths {
  const directory = path.resolve(stateDir ?? path.join(baseDir, DEFAULT_NAME));
  return {
    directory,
    nodesDatabase: path.join(directory, 'nodes.sqlite'),
    passMemory: path.join(directory, 'passes.json'),
  };
}

/**
 * Makes this process the only one that backfills with this state. Serving and verifying need no lock: they may run
 * beside it. Throws DirectoryLockedError.
 */
export function ownState({ directory }: StatePaths, options: AbortOptions = {}): Promise<DirectoryLock> {
  return lockDirectory(directory, options);
}
