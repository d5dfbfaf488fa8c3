import { readFile, stat } from 'node:fs/promises';
import { WaybillError } from '@waybill/common';
import type { NodeSource } from './node-source.ts';
import { parseNodeFile } from './parse-node-file.ts';

/** A list of nodes is some kilobytes; a path given by mistake (a video, a device) must not be read into memory. */
const MAX_NODE_FILE_BYTES = 1_048_576;

/** The path of a node file names something that cannot be a list of nodes. */
export class NodeFileUnusableError extends WaybillError {
  readonly path: string;

  constructor(path: string, reason: string) {
    super(`Node file ${path} cannot be used: ${reason}`, { code: 'ERR_NODE_FILE_UNUSABLE', retryable: false });
    this.path = path;
  }
}

/** `--node-file PATH`, read anew at every refresh. A file that is absent or unreadable is an outage of this source. */
export const createFileNodeSource = (path: string): NodeSource => ({
  label: `file ${path}`,
  list: async (options = {}) => {
    const found = await stat(path);
    if (!found.isFile()) throw new NodeFileUnusableError(path, 'not a regular file');
    if (found.size > MAX_NODE_FILE_BYTES)
      throw new NodeFileUnusableError(path, `larger than ${String(MAX_NODE_FILE_BYTES)} bytes`);
    return parseNodeFile(await readFile(path, { encoding: 'utf8', signal: options.signal }));
  },
});
