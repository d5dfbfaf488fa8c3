import type { Socket } from 'node:net';
import { BATCH_CONTENT_TYPE } from '../../../src/wire/batch-frame.ts';
import { reply } from '../../support/raw-http-server.ts';
import type { Fault, NodeRequest } from './faulty-node.ts';
import { HOUR } from './made-segments.ts';

const PROTOCOL = { 'Waybill-Protocol': '1' };
const DIGEST = 'e'.repeat(64);
const TEN_GB = 10 * 1024 ** 3;

const json = (socket: Socket, body: unknown): void => {
  reply(socket, { headers: { ...PROTOCOL, 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
};

/** The first frame is for the name that was asked for and declares 10 GB. */
const sendBatch = ({ body }: NodeRequest, socket: Socket): void => {
  const [name = ''] = (JSON.parse(body) as { names: string[] }).names;
  const head = Buffer.alloc(3 + name.length + 8);
  head.writeUInt16BE(name.length, 1);
  head.write(name, 3);
  head.writeBigUInt64BE(BigInt(TEN_GB), 3 + name.length);
  socket.write(
    `HTTP/1.1 200 OK\r\nWaybill-Protocol: 1\r\nContent-Type: ${BATCH_CONTENT_TYPE}\r\nContent-Length: ${TEN_GB}\r\n\r\n`,
  );
  socket.write(Buffer.concat([head, Buffer.alloc(100_000, 'x')]));
};

const sendEvents = (socket: Socket, outside: string): void => {
  socket.write('HTTP/1.1 200 OK\r\nWaybill-Protocol: 1\r\nContent-Type: text/event-stream\r\n\r\n');
  const places = [
    { channel: '..', quality: '..', hour: '..', name: 'escaped.ts' },
    { channel: 'demo', quality: 'source', hour: HOUR, name: `${outside}/escaped.ts` },
  ];
  for (const place of places) socket.write(`id: x-1\nevent: segment\ndata: ${JSON.stringify(place)}\n\n`);
};

/** A node that speaks our own protocol and abuses each part of it. */
export const hostilePeer = (outside: string): Fault => {
  const evil = { [`../../${outside}`]: DIGEST, '..': DIGEST, '': DIGEST };
  const names = { [HOUR]: DIGEST, '../../..': DIGEST };
  const hours = Object.fromEntries(Object.entries(names).map(([hour, digest]) => [hour, { digest, count: 1e9 }]));
  return (request, socket) => {
    const { path } = request;
    if (path === '/digest')
      json(socket, { protocol: 1, node: 'x', digest: DIGEST, qualities: { 'demo/source': DIGEST, ...evil } });
    else if (path.startsWith('/digest/')) json(socket, { protocol: 1, digest: DIGEST, hours });
    else if (path === '/batch') sendBatch(request, socket);
    else if (path === '/events') sendEvents(socket, outside);
    else return false;
    return true;
  };
};
