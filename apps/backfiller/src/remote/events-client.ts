import { createParser } from 'eventsource-parser';
import type { EventSourceMessage } from 'eventsource-parser';
import { ResponseStatusError } from '@waybill/http-kit';
import type { AbortOptions } from '@waybill/common';
import { EventPace } from './event-pace.ts';
import { eventsPath } from './node-paths.ts';
import type { NodeTransport, StreamedReply } from './node-transport.ts';
import { parseRemoteEvent } from './parse-remote-event.ts';
import { ProtocolUnsupportedError } from './protocol-unsupported-error.ts';
import type { RemoteEvent } from './remote-node.ts';
import { RemoteReplyInvalidError } from './remote-reply-invalid-error.ts';

/** An event is a name and its place, below 1 KiB; a line without end must not fill the memory. */
const MAX_EVENT_CHARACTERS = 65_536;
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

/** What a node of ours announces (protocol version 1), until its connection ends. An event that fails the grammar ends it with RemoteReplyInvalidError, a flood with EventFloodError. */
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
  const pace = new EventPace({ node: transport.url, floodMs: transport.limits.eventsFloodMs });
  for await (const chunk of reply.body) {
    await pace.take(chunk, options);
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
