import { ResponseStatusError, ResponseTooLargeError } from '@waybill/http-kit';
import type { AbortOptions } from '@waybill/common';
import { collectBytes } from './collect-bytes.ts';
import type { NodeTransport } from './node-transport.ts';
import { RemoteContentMissingError } from './remote-content-missing-error.ts';
import type { RemoteContent } from './remote-node.ts';

export interface ContentRequest {
  readonly path: string;
  /** The label `name` of metrics. */
  readonly name: string;
  /** Contents that are likely to have one size: a quality, a directory of extras. */
  readonly group: string;
  readonly maxBytes: number;
}

/** Groups are configured channels and qualities: some dozens. Names of extras directories are configured too. */
const MAX_GROUPS = 1_000;

const nothingToDiscard = (): void => undefined;

/**
 * Contents of one node. What is small is taken whole, which costs half the CPU of a stream; what is large is streamed,
 * so that nothing holds a whole file. Which of both is decided by the last content of the same group: a wrong guess
 * costs one more request, and segments of one quality are of one size.
 */
export class ContentClient {
  readonly #transport: NodeTransport;
  readonly #largeGroups = new Set<string>();

  constructor(transport: NodeTransport) {
    this.#transport = transport;
  }

  /** Throws RemoteContentMissingError, ResponseTooLargeError and what the transport throws. */
  async fetch(request: ContentRequest, options: AbortOptions = {}): Promise<RemoteContent> {
    try {
      if (this.#largeGroups.has(request.group)) return await this.#fetchStream(request, options);
      return (await this.#tryWhole(request, options)) ?? (await this.#fetchStream(request, options));
    } catch (error) {
      if (!(error instanceof ResponseStatusError) || (error.status !== 404 && error.status !== 410)) throw error;
      throw new RemoteContentMissingError({ node: this.#transport.url, path: request.path });
    }
  }

  /** Undefined where it is too large for that. */
  async #tryWhole(
    { path, name, group, maxBytes }: ContentRequest,
    { signal }: AbortOptions,
  ): Promise<RemoteContent | undefined> {
    const wholeBytes = Math.min(maxBytes, this.#transport.limits.wholeContentBytes);
    try {
      const { bytes } = await this.#transport.bytes(path, {
        name,
        signal,
        maxBytes: wholeBytes,
        expectedStatus: [200],
      });
      return { sizeBytes: bytes.byteLength, body: bytes, discard: nothingToDiscard };
    } catch (error) {
      if (!(error instanceof ResponseTooLargeError)) throw error;
      this.#noteLarge(group);
      return undefined;
    }
  }

  async #fetchStream(
    { path, name, group, maxBytes }: ContentRequest,
    { signal }: AbortOptions,
  ): Promise<RemoteContent> {
    const reply = await this.#transport.stream(path, { name, signal, maxBytes, expectedStatus: [200] });
    const { sizeBytes, body } = reply;
    if (sizeBytes !== undefined && sizeBytes > maxBytes) {
      reply.discard();
      throw new ResponseTooLargeError({
        url: this.#transport.url + path,
        limitBytes: maxBytes,
        announcedBytes: sizeBytes,
      });
    }
    if (sizeBytes === undefined || sizeBytes > this.#transport.limits.wholeContentBytes) {
      return {
        sizeBytes,
        body,
        discard: () => {
          reply.discard();
        },
      };
    }
    this.#largeGroups.delete(group);
    const bytes = await collectBytes(body);
    return { sizeBytes: bytes.byteLength, body: bytes, discard: nothingToDiscard };
  }

  #noteLarge(group: string): void {
    if (this.#largeGroups.size >= MAX_GROUPS) this.#largeGroups.clear();
    this.#largeGroups.add(group);
  }
}
