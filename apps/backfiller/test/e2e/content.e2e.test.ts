import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { digestText } from '../support/test-names.ts';
import { readFiles, writeFiles } from './support/archive-files.ts';
import { runOnce, startServe } from './support/backfiller.ts';
import { startFaultyNode } from './support/faulty-node.ts';
import { CHANNEL, filesOf, HOUR, makeSegment, makeSegments } from './support/made-segments.ts';

/** Every byte there is, in an order that a text decoder would not survive. */
const everyByte = Uint8Array.from({ length: 256 }, (_, at) => (at * 167 + 13) % 256);
const awkward: readonly Uint8Array[] = [
  everyByte,
  Buffer.from('\r\n\r\n\r\r\n\n'),
  Buffer.from([0x80, 0xff, 0xfe, 0xc0, 0xed, 0xa0, 0x80]),
  Buffer.alloc(3000, '\0'),
  Buffer.concat(Array.from({ length: 1500 }, () => everyByte)),
];

const makeFiles = (): Map<string, Uint8Array> => {
  const segments = awkward.map((content, at) => makeSegment(2 * at, { content }));
  const files = filesOf([
    ...segments,
    makeSegment(100, { content: Buffer.alloc(0), type: 'suspect', seconds: '1.967' }),
    makeSegment(110, { content: Buffer.from('broken off\r'), type: 'partial' }),
  ]);
  const chat = Buffer.from('{"message":"caf\u00e9\u2028\\r\\n"}\r\n{"message":"\ud83c\udf0a"}\n');
  files.set(`${CHANNEL}/chat/${HOUR}/07:00-${digestText(chat)}.json`, chat);
  files.set('emotes/v2/a b?#%25&\u00fc.png', everyByte);
  files.set('emotes/empty', Buffer.alloc(0));
  return files;
};

const ALL = ['--qualities', 'source,chat', '--extras', 'emotes'];

describe.concurrent('contents with CR, LF, NUL and 0x80 to 0xFF, and empty ones', () => {
  it.each([
    ['in batches', []],
    ['one by one', ['--batch-size', '1']],
  ])('come from a node of ours %s as they were', async (_how, args) => {
    await using source = await temporaryDirectory();
    await using copy = await temporaryDirectory();
    const files = makeFiles();
    writeFiles(source.path, files);
    await using node = await startServe(source.path);
    const { code, report } = await runOnce(copy.path, [node.url], [...ALL, ...args]);
    expect(code).toBe(0);
    expect(report.totals).toMatchObject({ segments: files.size, verified: files.size - 2, failed: {} });
    expect(readFiles(copy.path)).toEqual(readFiles(source.path));
  });

  it('come from an original node below a path, with compressed listings, as they were', async () => {
    await using copy = await temporaryDirectory();
    const files = makeFiles();
    await using node = await startFaultyNode({ files, gzip: true, prefix: '/wubloader/node%201' });
    const { code } = await runOnce(copy.path, [node.url], ALL);
    expect(code).toBe(0);
    expect(readFiles(copy.path)).toEqual(new Map([...files].map(([file, content]) => [file, Buffer.from(content)])));
    expect(node.count(/outside/)).toBe(0);
  });
});

describe.concurrent('names with a colon', () => {
  it('are served with a raw colon and with %3A', async () => {
    await using source = await temporaryDirectory();
    const segment = makeSegment(605);
    writeFiles(source.path, filesOf([segment]));
    await using node = await startServe(source.path);
    for (const path of [segment.path, segment.path.replaceAll(':', '%3A'), segment.path.replaceAll(':', '%3a')]) {
      const answer = await fetch(`${node.url}/segments/${path}`);
      expect(answer.headers.get('content-length')).toBe(String(segment.content.length));
      expect(Buffer.from(await answer.arrayBuffer())).toEqual(segment.content);
    }
  });

  it('are asked for in a form that any server decodes', async () => {
    await using copy = await temporaryDirectory();
    await using node = await startFaultyNode({ files: filesOf(makeSegments(3)) });
    const { code } = await runOnce(copy.path, [node.url]);
    expect(code).toBe(0);
    const targets = node.requests.map(({ target }) => target).filter((target) => target.startsWith('/segments/'));
    expect(targets).toHaveLength(3);
    expect(targets.every((target) => /\/00(:|%3A)0[024]\.000000-2\.0-full-/.test(target))).toBe(true);
  });
});
