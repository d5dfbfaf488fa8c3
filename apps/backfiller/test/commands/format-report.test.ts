import { freePort, temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { listFiles, writeFiles } from '../e2e/support/archive-files.ts';
import { startFaultyNode } from '../e2e/support/faulty-node.ts';
import { on, say } from '../e2e/support/faults.ts';
import { filesOf, makeSegments } from '../e2e/support/made-segments.ts';
import { runCli } from './support/run-cli.ts';

const once = (base: string, url: string, ...args: string[]) =>
  runCli([
    'backfill',
    'demo',
    '--run-once',
    '--base-dir',
    base,
    '--static-nodes',
    `${url}#name=other`,
    '--log-level',
    'silent',
    ...args,
  ]);

describe('the report of a pass', () => {
  it('says what was fetched, and that nothing is missing', async () => {
    await using place = await temporaryDirectory();
    const segments = makeSegments(3);
    writeFiles(place.path, filesOf(segments.slice(0, 1)));
    await using node = await startFaultyNode({ files: filesOf(segments) });
    const { code, stdout } = await once(place.path, node.url);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^node +what +fetched +bytes +verified/);
    expect(stdout).toMatch(
      /\nother +demo\/source +2 +2\.0 kB +2 .*\n2 fetched, 2\.0 kB, 2 verified in .*; nothing is missing\n$/,
    );
  });

  it('counts what is still missing, with the reasons', async () => {
    await using place = await temporaryDirectory();
    await using node = await startFaultyNode({
      files: filesOf(makeSegments(3)),
      fault: on(/00:02/, say({ status: 404 })),
    });
    const { code, stdout } = await once(place.path, node.url);
    expect(code).toBe(3);
    expect(stdout).toMatch(/; incomplete: 1 still missing\n$/);
  });

  it('does not say that nothing is missing of a node that could not be asked', async () => {
    await using place = await temporaryDirectory();
    const { code, stdout } = await once(place.path, `http://127.0.0.1:${await freePort()}`);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^other: .*ECONNREFUSED.*\n.*; incomplete: 1 of 1 nodes not compared to the end\n$/);
  });

  it('of a dry run says what would be fetched', async () => {
    await using place = await temporaryDirectory();
    await using node = await startFaultyNode({ files: filesOf(makeSegments(3)) });
    const { stdout } = await once(place.path, node.url, '--dry-run');
    expect(stdout).toMatch(/\ncompared in .*; 3 to fetch, nothing was written\n$/);
    expect(listFiles(place.path).filter((file) => file.endsWith('.ts'))).toEqual([]);
  });
});
