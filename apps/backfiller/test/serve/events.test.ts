import http from 'node:http';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Writable } from 'node:stream';
import { temporaryDirectory, waitFor } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { EventLog } from '../../src/serve/events/event-log.ts';
import { EventStream } from '../../src/serve/events/event-stream.ts';
import type { EventSink } from '../../src/serve/events/event-stream.ts';
import { makeSegment, putSegment } from '../archive/support.ts';
import { ask, serve } from './support.ts';

interface Event {
  id: string;
  type: string;
  data: unknown;
}

/** A client of /events that gathers what comes. */
async function follow(url: string, query = '', headers: Record<string, string> = {}) {
  const events: Event[] = [];
  const state = { events, comments: 0, ended: false, status: 0, close: () => {} };
  await new Promise<void>((resolve, reject) => {
    const request = http.get(`${url}/events${query}`, { headers, agent: false }, (response) => {
      state.status = response.statusCode ?? 0;
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        const blocks = text.split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) {
          const fields = new Map(
            block
              .split('\n')
              .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
          );
          if (block.startsWith(':')) state.comments += 1;
          else
            events.push({
              id: fields.get('id') ?? '',
              type: fields.get('event') ?? '',
              data: JSON.parse(fields.get('data') ?? 'null'),
            });
        }
      });
      response.on('close', () => (state.ended = true));
      response.on('error', () => (state.ended = true));
      resolve();
    });
    request.on('error', (error) => (state.status === 0 ? reject(error) : undefined));
    state.close = () => request.destroy();
  });
  return state;
}

describe('GET /events', () => {
  it('tells of what is published, with growing ids, after a reset that says to poll first', async () => {
    await using base = await temporaryDirectory();
    await using served = await serve(base.path);
    const client = await follow(served.url);
    await waitFor(() => client.events.length === 1);
    for (const made of [makeSegment(0), makeSegment(2)])
      await served.archive.publishSegment(made.address, made.content);
    await waitFor(() => client.events.length === 3);
    expect(client.events.map(({ type }) => type)).toEqual(['reset', 'segment', 'segment']);
    expect(client.events.map(({ id }) => id)).toEqual([0, 1, 2].map((n) => `${served.app.instance}-${n.toString()}`));
    expect(client.events[1]?.data).toEqual(makeSegment(0).address);
    client.close();
  });

  it('tells within a second of what another process renames in', async () => {
    await using base = await temporaryDirectory();
    await putSegment(base.path, makeSegment(0));
    await using served = await serve(base.path, {}, { watch: { pollIntervalMs: 3_600_000 } });
    const client = await follow(served.url);
    const directory = path.join(base.path, 'demo/source', '2024-03-01T11');
    await mkdir(directory);
    const made = makeSegment(2, { hour: '2024-03-01T11' });
    await writeFile(path.join(directory, 'x.ts'), made.content);
    await rename(path.join(directory, 'x.ts'), path.join(directory, made.name));
    await waitFor(() => client.events.some(({ data }) => (data as { name?: string }).name === made.name), {
      timeoutMs: 10_000,
    });
    client.close();
  });

  it('tells what was missed since an event, by query or by Last-Event-ID', async () => {
    await using base = await temporaryDirectory();
    await using served = await serve(base.path);
    const made = [0, 2, 4].map((second) => makeSegment(second));
    for (const { address, content } of made) await served.archive.publishSegment(address, content);
    const since = `${served.app.instance}-1`;
    for (const client of [
      await follow(served.url, `?since=${since}`),
      await follow(served.url, '', { 'last-event-id': since }),
    ]) {
      await waitFor(() => client.events.length === 2);
      expect(client.events.map(({ data }) => (data as { name: string }).name)).toEqual([made[1]!.name, made[2]!.name]);
      client.close();
    }
  });

  it.each(['other-1', 'x', '', 'INSTANCE-99', 'INSTANCE--1', 'INSTANCE-1e9'])(
    'says reset to one who comes with %j',
    async (since) => {
      await using base = await temporaryDirectory();
      await using served = await serve(base.path, { instance: 'INSTANCE' });
      const client = await follow(served.url, `?since=${since}`);
      await waitFor(() => client.events.length === 1);
      expect(client.events[0]).toMatchObject({ type: 'reset', id: 'INSTANCE-0' });
      client.close();
    },
  );

  it('keeps quiet connections alive, and ends them when the server drains', async () => {
    await using base = await temporaryDirectory();
    await using served = await serve(base.path, { events: { keepAliveMs: 20 } });
    const client = await follow(served.url);
    await waitFor(() => client.comments >= 3);
    await served.app.drain(5000);
    await waitFor(() => client.ended);
  });

  it('lets in a bounded number of clients, and another one when one has gone', async () => {
    await using base = await temporaryDirectory();
    await using served = await serve(base.path, { events: { maxStreams: 2 } });
    const clients = [await follow(served.url), await follow(served.url)];
    const refused = await ask(served.url, '/events');
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '30']);
    clients[0]?.close();
    const third = await waitFor(async () => {
      const client = await follow(served.url);
      return client.status === 200 && client;
    });
    third.close();
    clients[1]?.close();
  });

  it('tells a burst of thousands in full to a client that reads', async () => {
    await using base = await temporaryDirectory();
    await using served = await serve(base.path);
    const client = await follow(served.url);
    await waitFor(() => client.events.length === 1);
    const made = Array.from({ length: 1500 }, (_, second) => makeSegment(second));
    await Promise.all(made.map(async ({ address, content }) => served.archive.publishSegment(address, content)));
    await waitFor(() => client.events.length === 1501, { timeoutMs: 20_000 });
    expect(new Set(client.events.slice(1).map(({ data }) => (data as { name: string }).name)).size).toBe(1500);
    client.close();
  });
});

describe('EventStream', () => {
  const address = (n: number) => makeSegment(n).address;

  /** A client that takes one write, and the next one when `release` is called. */
  function slowSink() {
    const written: string[] = [];
    let release = () => {};
    const sink = new Writable({
      highWaterMark: 1,
      write: (chunk: Buffer, _encoding, done) => {
        written.push(chunk.toString());
        release = () => {
          release = () => {};
          done();
        };
      },
    });
    return { written, sink: sink as unknown as EventSink & Writable, release: () => release() };
  }

  it('queues nothing for a client that does not read, and goes on where it stopped', async () => {
    const log = new EventLog({ instance: 'i' });
    const { written, sink, release } = slowSink();
    const stream = new EventStream(sink, {
      log,
      since: 'i-0',
      keepAliveMs: 60_000,
      stallMs: 60_000,
      onClosed: () => {},
    });
    for (let n = 1; n <= 1000; n++) log.append(address(n));
    expect([written.length, sink.writableLength]).toEqual([1, written[0]!.length]);
    for (let round = 0; round < 6; round++) {
      release();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const ids = [...written.join('').matchAll(/^id: i-(\d+)$/gm)].map((match) => Number(match[1]));
    expect(ids).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1));
    stream.end();
  });

  it('says reset to a slow client whose place the ring has passed', async () => {
    const log = new EventLog({ instance: 'i', capacity: 4 });
    const { written, sink, release } = slowSink();
    const stream = new EventStream(sink, {
      log,
      since: 'i-0',
      keepAliveMs: 60_000,
      stallMs: 60_000,
      onClosed: () => {},
    });
    for (let n = 1; n <= 5; n++) log.append(address(n));
    release();
    await new Promise((resolve) => setImmediate(resolve));
    expect(written.at(-1)).toBe('id: i-5\nevent: reset\ndata: {}\n\n');
    stream.end();
  });

  it('drops a client that takes nothing for too long, and lets go of everything', async () => {
    const log = new EventLog({ instance: 'i' });
    const { sink } = slowSink();
    let closed = 0;
    new EventStream(sink, { log, since: 'i-0', keepAliveMs: 5, stallMs: 20, onClosed: () => (closed += 1) });
    await waitFor(() => sink.destroyed && closed === 1);
    log.append(address(1));
  });
});

describe('EventLog', () => {
  const address = (n: number) => makeSegment(n).address;

  it('knows what was missed as far as its ring reaches, and says reset beyond', () => {
    const log = new EventLog({ instance: 'i', capacity: 3 });
    for (let n = 1; n <= 5; n++) log.append(address(n));
    expect(log.since('i-5')).toEqual([]);
    expect(log.since('i-2')).toEqual([3, 4, 5].map((n) => ({ id: `i-${n.toString()}`, address: address(n) })));
    expect(log.since('i-1')).toBe('reset');
    expect(log.since('i-6')).toBe('reset');
    expect(log.since(undefined)).toBe('reset');
  });

  it('tells nobody who has stopped listening', () => {
    const log = new EventLog({ instance: 'i' });
    const seen: string[] = [];
    const stop = log.listen(({ id }) => seen.push(id));
    log.append(address(1));
    stop();
    log.append(address(2));
    expect(seen).toEqual(['i-1']);
  });
});
