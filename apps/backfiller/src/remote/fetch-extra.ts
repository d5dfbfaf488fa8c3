import { ResponseTooLargeError } from '@waybill/http-kit';
import type { AbortOptions } from '@waybill/common';
import type { ContentClient } from './content-client.ts';
import { extraPath } from './node-paths.ts';
import { RemoteExtraTooLargeError } from './remote-extra-too-large-error.ts';
import type { RemoteContent } from './remote-node.ts';

export interface ExtraRequest {
  /** For errors. */
  readonly node: string;
  readonly directory: string;
  readonly path: string;
  readonly maxBytes: number;
}

const translate = (error: unknown, { node, directory, path, maxBytes }: ExtraRequest): unknown =>
  error instanceof ResponseTooLargeError
    ? new RemoteExtraTooLargeError({ node, path: `${directory}/${path}`, limitBytes: maxBytes, cause: error })
    : error;

async function* translateBody(
  body: AsyncIterable<Uint8Array>,
  request: ExtraRequest,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* body;
  } catch (error) {
    throw translate(error, request);
  }
}

/** A file of the extras; one beyond the limit is RemoteExtraTooLargeError, whether the node announces its size or not. */
export const fetchExtra = async (
  contents: ContentClient,
  request: ExtraRequest,
  options?: AbortOptions,
): Promise<RemoteContent> => {
  const { directory, path, maxBytes } = request;
  try {
    const content = await contents.fetch(
      { path: extraPath(directory, path), name: 'get_remote_extra', group: `extras/${directory}`, maxBytes },
      options,
    );
    return content.body instanceof Uint8Array ? content : { ...content, body: translateBody(content.body, request) };
  } catch (error) {
    throw translate(error, request);
  }
};
