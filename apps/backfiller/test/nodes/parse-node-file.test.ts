import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '@waybill/test-kit';
import { createFileNodeSource, NodeFileUnusableError } from '../../src/nodes/file-node-source.ts';
import { formatNodeTrust } from '../../src/nodes/node-trust.ts';
import { parseNodeFile } from '../../src/nodes/parse-node-file.ts';

const read = (text: string) => {
  const { entries, problems } = parseNodeFile(text);
  return { nodes: entries.map(({ name, url, trust }) => `${name} ${url} ${formatNodeTrust(trust)}`), problems };
};

describe('a node file', () => {
  it('has lines of a URL, a name and a URL, or a name, a URL and a trust', () => {
    expect(read('http://one:8000\ntwo http://two.example\nthree http://three replace\n')).toEqual({
      nodes: [
        'one http://one:8000 tombstones+extras',
        'two http://two.example tombstones+extras',
        'three http://three replace',
      ],
      problems: [],
    });
  });

  it('may have blank lines, comments, tabs, any line ends and a byte order mark', () => {
    const text = '\uFEFF# nodes\r\n\r\n  \t\r\none\t http://one # the first\rhttp://two#name=zwei\n';
    expect(read(text)).toEqual({
      nodes: ['one http://one tombstones+extras', 'zwei http://two tombstones+extras'],
      problems: [],
    });
  });

  it('may be empty', () => {
    expect(read('')).toEqual({ nodes: [], problems: [] });
  });

  it('has its bad lines reported by number, and its good ones used', () => {
    const { nodes, problems } = read(
      'http://one\nnot-a-url\n\na b c d\nfive http://five all\nsix ftp://six\nhttp://seven',
    );
    expect(nodes).toEqual(['one http://one tombstones+extras', 'seven http://seven tombstones+extras']);
    expect(problems.map((problem) => problem.slice(0, 7)).sort()).toEqual(['line 2:', 'line 4:', 'line 5:', 'line 6:']);
  });
});

describe('the source of a node file', () => {
  it('reads the file anew each time', async () => {
    await using directory = await temporaryDirectory();
    const path = `${directory.path}/nodes`;
    const source = createFileNodeSource(path);
    await writeFile(path, 'http://one');
    expect((await source.list()).entries).toMatchObject([{ key: 'http://one' }]);
    await writeFile(path, 'http://two');
    expect((await source.list()).entries).toMatchObject([{ key: 'http://two' }]);
  });

  it('fails where the file is absent, a directory or huge', async () => {
    await using directory = await temporaryDirectory();
    const path = `${directory.path}/nodes`;
    await expect(createFileNodeSource(path).list()).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(createFileNodeSource(directory.path).list()).rejects.toThrow(NodeFileUnusableError);
    await writeFile(path, Buffer.alloc(1_048_577, 0x20));
    await expect(createFileNodeSource(path).list()).rejects.toThrow(NodeFileUnusableError);
  });
});
