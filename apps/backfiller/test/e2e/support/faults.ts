import type { Socket } from 'node:net';
import { reply } from '../../support/raw-http-server.ts';
import type { RawReply } from '../../support/raw-http-server.ts';
import type { Fault } from './faulty-node.ts';

type Answer = (socket: Socket, path: string) => void;

/** The fault for requests for these paths only. */
export const on =
  (paths: RegExp, answer: Answer): Fault =>
  ({ path }, socket) => {
    if (!paths.test(path)) return false;
    answer(socket, path);
    return true;
  };

/** The first of these that answers. */
export const either =
  (...faults: readonly Fault[]): Fault =>
  (request, socket) =>
    faults.some((fault) => fault(request, socket));

export const say =
  (answer: RawReply): Answer =>
  (socket) => {
    reply(socket, answer);
  };

export const list = (names: readonly string[]): Answer => say({ body: JSON.stringify(names) });

/** Takes the request and never answers. */
export const hang: Answer = () => undefined;

/** Announces `sizeBytes`, then sends a byte a second: it never idles for the five seconds of an idle timeout. */
export const dribble =
  (sizeBytes: number): Answer =>
  (socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${sizeBytes}\r\n\r\n`);
    const timer = setInterval(() => socket.write('x'), 1000);
    socket.on('close', () => {
      clearInterval(timer);
    });
  };

/** Writes `head`, then `piece` as fast as the reader takes it, for ever. */
export const pourAfter =
  (head: string, piece: Uint8Array | string): Answer =>
  (socket) => {
    const pour = (): void => {
      if (socket.destroyed) return;
      if (socket.write(piece)) setImmediate(pour);
      else socket.once('drain', pour);
    };
    socket.write(head);
    pour();
  };
