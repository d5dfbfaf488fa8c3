import { gzipSync } from 'node:zlib';
import { digestText } from '../../support/test-names.ts';
import type { Fault } from './faulty-node.ts';
import { either, list, on, pourAfter, say } from './faults.ts';
import { hostilePeer } from './hostile-peer.ts';

export interface HostileInit {
  /** What it could serve, by path. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** An absolute path that exists and must not be written to. */
  readonly outside: string;
  /** A server that must not be asked. */
  readonly otherHost: string;
}

const HOURS = /^\/files\/demo\/source$/;
const HOUR_NAMES = /^\/files\/demo\/source\/[^/]+$/;
const EXTRAS = /^\/extras\//;
const SEGMENTS = /^\/segments\//;

const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
const CHUNK = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
const DECLARED = 'HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n';

const EVIL = Buffer.from('chosen by the attacker');
/** The name is true: only its place is not. */
const TRUE_NAME = `00:00.000000-2.0-full-${digestText(EVIL)}.ts`;
const UP = '../../../..';

/** Names that would leave the hour, or break a path, a line of a log or a terminal. */
const escapes = (outside: string): string[] => [
  `${UP}/${TRUE_NAME}`,
  `${UP}/escaped/${TRUE_NAME}`,
  `${outside}/${TRUE_NAME}`,
  `..\\..\\${TRUE_NAME}`,
  '..',
  '.',
  '',
  `${TRUE_NAME}\0.ts`,
  `${TRUE_NAME}\r\nset-cookie: a=b`,
  `\u001b[2J\u0007${TRUE_NAME}`,
  `${UP}/${TRUE_NAME.replace('.ts', '.tombstone')}`,
  `${outside}/sentinel.tombstone`,
];

const tombstonesOf = (files: ReadonlyMap<string, Uint8Array>, hour: string): string[] =>
  [...files.keys()]
    .filter((file) => file.startsWith(`demo/source/${hour}/`))
    .map((file) => `${file.slice(`demo/source/${hour}/`.length, -'.ts'.length)}.tombstone`);

/** By name, what each lists. */
export const hostileListings = ({ files, outside }: HostileInit): Record<string, Fault> => ({
  'names-that-escape': either(on(HOUR_NAMES, list(escapes(outside))), on(SEGMENTS, say({ body: EVIL }))),
  'hours-that-escape': on(HOURS, list(['../../..', outside, '2024-03-01T10\0'])),
  'extras-that-escape': either(
    on(EXTRAS, list(['../escaped.png', `${outside}/escaped.png`, 'a/../../../escaped.png', '..\\escaped.png'])),
    on(/^\/segments\/(emotes|.*escaped)/, say({ body: EVIL })),
  ),
  'tombstones-for-all': on(HOUR_NAMES, (socket, path) => {
    list(tombstonesOf(files, path.split('/').at(-1) ?? ''))(socket, path);
  }),
  'million-names': on(
    HOUR_NAMES,
    say({ body: JSON.stringify(Array.from({ length: 1_000_000 }, (_, at) => String(at))) }),
  ),
  'listing-without-end': on(HOUR_NAMES, pourAfter(`${CHUNKED}1\r\n[\r\n`, `10000\r\n${'"aaaaa",'.repeat(0x2000)}\r\n`)),
});

/** By name, what each sends. */
export const hostileContents = ({ outside, otherHost }: HostileInit): Record<string, Fault> => ({
  'bodies-of-10-gb': on(SEGMENTS, pourAfter(DECLARED, Buffer.alloc(0x10000, 'x'))),
  'bodies-without-end': on(SEGMENTS, pourAfter(CHUNKED, CHUNK)),
  'bodies-in-bytes': on(SEGMENTS, pourAfter(CHUNKED, '1\r\nx\r\n'.repeat(10_000))),
  'gzip-bomb': on(
    HOUR_NAMES,
    say({ headers: { 'Content-Encoding': 'gzip' }, body: gzipSync(Buffer.alloc(64 * 1024 * 1024, ' ')) }),
  ),
  'wrong-contents': on(SEGMENTS, say({ body: EVIL })),
  redirects: on(SEGMENTS, say({ status: 302, headers: { Location: `${otherHost}/internal` } })),
  'peer-of-ours': hostilePeer(outside),
});
