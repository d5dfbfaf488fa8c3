import { ResponseStatusError } from '@waybill/http-kit';
import type { AbortOptions } from '@waybill/common';
import { collectBytes } from './collect-bytes.ts';
import { digestPath, qualityDigestPath } from './node-paths.ts';
import type { NodeTransport } from './node-transport.ts';
import { parseDigestTree } from './parse-digest-tree.ts';
import { ProtocolUnsupportedError } from './protocol-unsupported-error.ts';
import { RemoteContentMissingError } from './remote-content-missing-error.ts';
import type { DigestTree } from './remote-node.ts';
import { RemoteReplyInvalidError } from './remote-reply-invalid-error.ts';

/** What tells that a node has no such path: a wubloader node, a server of static files. */
const FOREIGN_STATUSES: ReadonlySet<number> = new Set([404, 405, 410]);
/** The hours of ten years; more is refused before it is parsed. */
const MAX_DIGEST_BYTES = 10 * 366 * 24 * /* bytes per hour */ 128;

const decoder = new TextDecoder();

/** The digests of a node of ours (protocol version 1). Throws ProtocolUnsupportedError for any other node. */
export class DigestClient {
  readonly #transport: NodeTransport;

  constructor(transport: NodeTransport) {
    this.#transport = transport;
  }

  /** Asks only where no answer of the node has told yet. */
  async protocol(options?: AbortOptions): Promise<1 | null> {
    const known = this.#transport.protocol;
    if (known !== undefined) return known;
    try {
      await this.#text(digestPath(), undefined, options);
      return 1;
    } catch (error) {
      if (error instanceof ProtocolUnsupportedError) return null;
      throw error;
    }
  }

  async root(knownDigest: string | undefined, options?: AbortOptions): Promise<DigestTree | 'unchanged'> {
    const text = await this.#text(digestPath(), knownDigest, options);
    return text === undefined ? 'unchanged' : this.#parse(digestPath(), text, 'qualities');
  }

  async quality(channel: string, quality: string, options?: AbortOptions): Promise<DigestTree> {
    const path = qualityDigestPath(channel, quality);
    return this.#parse(path, (await this.#text(path, undefined, options)) ?? '', 'hours');
  }

  /** Undefined where the node says that the digest is still the known one. */
  async #text(
    path: string,
    knownDigest: string | undefined,
    { signal }: AbortOptions = {},
  ): Promise<string | undefined> {
    const common = { name: 'get_remote_digest', maxBytes: MAX_DIGEST_BYTES, compressed: true, signal };
    const condition =
      knownDigest === undefined
        ? { expectedStatus: [200] }
        : { expectedStatus: [200, 304], headers: { 'if-none-match': `"${knownDigest}"` } };
    try {
      const reply = await this.#transport.stream(path, { ...common, ...condition });
      const text = decoder.decode(await collectBytes(reply.body));
      if (this.#transport.protocol !== 1) throw new ProtocolUnsupportedError(this.#transport.url);
      return reply.status === 304 ? undefined : text;
    } catch (error) {
      if (!(error instanceof ResponseStatusError) || !FOREIGN_STATUSES.has(error.status)) throw error;
      if (path !== digestPath()) throw new RemoteContentMissingError({ node: this.#transport.url, path });
      this.#transport.noteForeign();
      throw new ProtocolUnsupportedError(this.#transport.url);
    }
  }

  #parse(path: string, text: string, field: 'qualities' | 'hours'): DigestTree {
    const tree = parseDigestTree(text, field);
    if (tree === undefined)
      throw new RemoteReplyInvalidError({ node: this.#transport.url, path, problem: 'not a digest tree' });
    return tree;
  }
}
