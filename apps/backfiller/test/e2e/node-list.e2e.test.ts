import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort, skipWithout, temporaryDirectory, waitFor } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { startPostgres } from '@waybill/test-kit';
import { listFiles } from './support/archive-files.ts';
import { runOnce, startBackfiller, startPasses } from './support/backfiller.ts';
import { startFaultyNode } from './support/faulty-node.ts';
import { filesOf, makeSegments } from './support/made-segments.ts';

const files = filesOf(makeSegments(10));
const failedLists = /^Getting nodes failed/;

describe.concurrent('a node database that is down from the start', () => {
  it('does not stop a single pass over the nodes that are known, and costs one line', async () => {
    await using copy = await temporaryDirectory();
    await using node = await startFaultyNode({ files });
    const database = `postgresql://nobody@127.0.0.1:${await freePort()}/nodes`;
    const { code, logs } = await runOnce(copy.path, [node.url], ['--node-database', database]);
    expect(code).toBe(0);
    expect(listFiles(copy.path)).toHaveLength(10);
    expect(logs.filter(({ msg }) => failedLists.test(msg))).toHaveLength(1);
  });

  it('does not stop the service either, and is counted', async () => {
    await using copy = await temporaryDirectory();
    await using node = await startFaultyNode({ files });
    const database = `postgresql://nobody@127.0.0.1:${await freePort()}/nodes`;
    await using passes = await startPasses(copy.path, [node.url], ['--node-database', database]);
    await waitFor(() => listFiles(copy.path).length === 10, { timeoutMs: 60_000 });
    await waitFor(async () => (await passes.metrics()).sum('node_list_errors_total') > 0);
    expect(passes.logs().filter(({ msg }) => failedLists.test(msg))).toHaveLength(1);
  });

  it('ends a single pass with 3 where no other node is known', async () => {
    await using copy = await temporaryDirectory();
    const database = `postgresql://nobody@127.0.0.1:${await freePort()}/nodes`;
    const { code, report } = await runOnce(copy.path, [], ['--node-database', database]);
    expect({ code, complete: report.complete, nodes: report.nodes }).toEqual({ code: 3, complete: false, nodes: [] });
  });
});

describe.concurrent('a node database that answers', () => {
  it('is asked with one query per refresh, whatever the number of channels, qualities and passes', async (test) => {
    const server = await startPostgres();
    if ('unavailable' in server) skipWithout(test, `no PostgreSQL: ${server.unavailable}`);
    await using database = server;
    await using copy = await temporaryDirectory();
    const channels = ['a', 'b', 'c', 'd', 'e'];
    const qualities = ['source', '480p', 'chat'];
    await using node = await startFaultyNode({
      files: filesOf(channels.flatMap((channel) => makeSegments(2, { channel }))),
    });
    await using add = await startBackfiller([
      'nodes',
      'add',
      node.url,
      'other',
      '--base-dir',
      copy.path,
      '--node-database',
      database.url,
    ]);
    expect((await add.exited).code).toBe(0);
    const before = database.statements.length;
    const wanted = [...channels, '--qualities', qualities.join(','), '--interval', '300ms'];
    await using passes = await startPasses(copy.path, [], [...wanted, '--node-database', database.url]);
    const complete = (): number => passes.logs().filter(({ msg }) => msg === 'Backfill complete').length;
    await waitFor(() => complete() >= 5, { timeoutMs: 25_000, what: 'five passes' });
    expect(listFiles(copy.path)).toHaveLength(10);
    expect(database.statements.slice(before)).toHaveLength(1);
  });
});

describe.concurrent('a node file', () => {
  it('may hold blank lines and comments', async () => {
    await using copy = await temporaryDirectory();
    await using node = await startFaultyNode({ files });
    const file = path.join(copy.path, '.nodes');
    writeFileSync(file, `\n# our nodes\nother ${node.url}\n\n   \n`);
    const { code, report } = await runOnce(copy.path, [], ['--node-file', file]);
    expect({ code, nodes: report.nodes.map(({ name }) => name) }).toEqual({ code: 0, nodes: ['other'] });
    expect(listFiles(copy.path)).toHaveLength(10);
  });
});

describe.concurrent('two static nodes on one host', () => {
  it('with different ports are two nodes', async () => {
    await using copy = await temporaryDirectory();
    await using one = await startFaultyNode({ files });
    await using two = await startFaultyNode({ files: filesOf(makeSegments(10, { hour: '2024-03-01T12' })) });
    const { code, report } = await runOnce(copy.path, [one.url, two.url]);
    expect({ code, keys: report.nodes.map(({ key }) => key) }).toEqual({ code: 0, keys: [one.url, two.url] });
    expect(listFiles(copy.path)).toHaveLength(20);
  });
});
