import { createParser } from 'eventsource-parser';
import type { EventSourceMessage } from 'eventsource-parser';
import { ResponseStatusError } from '@waybill/http-kit';
import type { AbortOptions } from '@waybill/common';
import { eventsPath } from './node-paths.ts';
import type { NodeTransport, StreamedReply } from './node-transport.ts';
import { parseRemoteEvent } from './parse-remote-event.ts';
import { ProtocolUnsupportedError } from './protocol-unsupported-error.ts';
import type { RemoteEvent } from './remote-node.ts';
import { RemoteReplyInvalidError } from './remote-reply-invalid-error.ts';
import { TokenBucket } from './token-bucket.ts';

/** An event is a name and its place, below 1 KiB; a line without end must not fill the memory. */
const MAX_EVENT_CHARACTERS = 65_536;
/**
 * What more comes waits at the sender. Some thousand events a second are more than any node brings in; without a limit
 * a node that pours out events or comments would take a whole core, and every other node's turn with it.
 */
const MAX_BYTES_PER_SECOND = 256 * 1024;
/** What a piece costs at least, so that pieces of one byte are no way around the limit. */
const LEAST_CHUNK_COST_BYTES = 256;

const ask = async (transport: NodeTransport, path: string, { signal }: AbortOptions): Promise<StreamedReply> => {
  const request = {
    name: 'get_remote_events',
    expectedStatus: [200],
    headers: { accept: 'text/event-stream' },
    signal,
  };
  try {
    return await transport.endless(path, request, transport.limits.eventsIdleTimeoutMs);
  } catch (error) {
    if (error instanceof ResponseStatusError && error.status === 404) throw new ProtocolUnsupportedError(transport.url);
    throw error;
  }
};

/** What a node of ours announces (protocol version 1), until its connection ends. An event that fails the grammar ends it with RemoteReplyInvalidError. */
export async function* readEvents(
  transport: NodeTransport,
  since: string | undefined,
  options: AbortOptions = {},
): AsyncGenerator<RemoteEvent, void, undefined> {
  const path = eventsPath(since);
  const reply = await ask(transport, path, options);
  const invalid = (problem: string, cause?: unknown): RemoteReplyInvalidError =>
    new RemoteReplyInvalidError({ node: transport.url, path, problem, cause });
  let messages: EventSourceMessage[] = [];
  let failure: Error | undefined;
  const parser = createParser({
    maxBufferSize: MAX_EVENT_CHARACTERS,
    onEvent: (message) => messages.push(message),
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') failure = invalid('an event without end', error);
    },
  });
  const decoder = new TextDecoder();
  const pace = new TokenBucket({ bytesPerSecond: MAX_BYTES_PER_SECOND });
  for await (const chunk of reply.body) {
    await pace.take(Math.max(chunk.byteLength, LEAST_CHUNK_COST_BYTES), options);
    parser.feed(decoder.decode(chunk, { stream: true }));
    for (const message of messages) {
      const event = parseRemoteEvent(message);
      if (event === 'invalid') throw invalid('an event that fails the grammar');
      if (event !== undefined) yield event;
    }
    messages = [];
    if (failure !== undefined) throw failure;
  }
}
