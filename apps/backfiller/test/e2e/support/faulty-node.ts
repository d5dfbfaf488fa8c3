import { gzipSync } from 'node:zlib';
import type { Socket } from 'node:net';
import { reply, startRawHttpServer } from '../../support/raw-http-server.ts';
import type { RawRequest } from '../../support/raw-http-server.ts';

export interface NodeRequest extends RawRequest {
  /** Decoded, without prefix and query: `/segments/CH/Q/HOUR/NAME`. */
  readonly path: string;
}

/** Answers in the node's place and says so with true; false leaves the request to the node. */
export type Fault = (request: NodeRequest, socket: Socket) => boolean;

export interface FaultyNodeInit {
  /** By path below the base; may be changed while the node runs. */
  readonly files?: Map<string, Uint8Array> | undefined;
  readonly fault?: Fault | undefined;
  /** Listings compressed, as behind the original's nginx (spec 1.6). Default false. */
  readonly gzip?: boolean | undefined;
  /** Put in front of every path, such as `/node`. Default none. */
  readonly prefix?: string | undefined;
}

/** A node as wubloader has them, with faults that a test switches on and off, and a record of what it was asked. */
export interface FaultyNode extends AsyncDisposable {
  readonly url: string;
  readonly files: Map<string, Uint8Array>;
  readonly requests: readonly NodeRequest[];
  fault: Fault | undefined;
  /** How many requests were made for paths like this. */
  count(path: RegExp): number;
}

const NOT_FOUND = { status: 404, body: 'not found' };

/** What stands directly below a folder, in no useful order. */
const childrenOf = (files: ReadonlyMap<string, unknown>, folder: string): string[] => {
  const below = [...files.keys()].filter((file) => file.startsWith(`${folder}/`));
  return [...new Set(below.map((file) => file.slice(folder.length + 1).split('/')[0] ?? ''))].reverse();
};

/** The original lists a tombstone in the place of what it hides (spec 1.1). */
const hideBuried = (names: readonly string[]): string[] => {
  const buried = new Set(names.filter((name) => name.endsWith('.tombstone')).map((name) => name.slice(0, -10)));
  return names.filter((name) => name.endsWith('.tombstone') || !buried.has(name.replace(/\.[^.]*$/, '')));
};

const listingOf = (files: ReadonlyMap<string, unknown>, kind: string, folder: string): string[] | undefined => {
  if (kind === 'files') return hideBuried(childrenOf(files, folder));
  if (kind !== 'extras') return undefined;
  return [...files.keys()].filter((file) => file.startsWith(`${folder}/`)).map((file) => file.slice(folder.length + 1));
};

/** Lists as text/html, unsorted; has no digests, no batches and no events: an original node. */
export const startFaultyNode = async (init: FaultyNodeInit = {}): Promise<FaultyNode> => {
  const { files = new Map<string, Uint8Array>(), gzip = false, prefix = '' } = init;
  const requests: NodeRequest[] = [];
  const answer = ({ path }: NodeRequest, socket: Socket): void => {
    const [, kind = '', folder = ''] = /^\/(\w+)\/(.*)$/.exec(path) ?? [];
    const listing = listingOf(files, kind, folder);
    const content = kind === 'segments' ? files.get(folder) : undefined;
    if (listing !== undefined) sendListing(socket, listing, gzip);
    else reply(socket, content === undefined ? NOT_FOUND : { body: content });
  };
  const server = await startRawHttpServer((raw, socket) => {
    const target = raw.target.startsWith(prefix) ? raw.target.slice(prefix.length) : '/outside';
    const request = { ...raw, path: decodeURIComponent(target.split('?')[0] ?? '') };
    requests.push(request);
    if (node.fault?.(request, socket) !== true) answer(request, socket);
  });
  const node: FaultyNode = {
    url: server.url + prefix,
    files,
    requests,
    fault: init.fault,
    count: (path) => requests.filter((request) => path.test(request.path)).length,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
  return node;
};

const sendListing = (socket: Socket, names: readonly string[], gzip: boolean): void => {
  const body = Buffer.from(JSON.stringify(names));
  const type = { 'Content-Type': 'text/html; charset=utf-8' };
  if (gzip) reply(socket, { headers: { ...type, 'Content-Encoding': 'gzip' }, body: gzipSync(body) });
  else reply(socket, { headers: type, body });
};
