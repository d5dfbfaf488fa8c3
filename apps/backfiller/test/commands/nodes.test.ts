import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { runCli } from './support/run-cli.ts';

const nodesOf = (base: string) => {
  const nodes = (...args: string[]) => runCli(['nodes', ...args, '--base-dir', base]);
  const listed = async (): Promise<unknown> => JSON.parse((await nodes('list', '--json')).stdout);
  return { nodes, listed };
};

describe('nodes add', () => {
  it('keeps two nodes of one host, whose names nobody gave, as two', async () => {
    await using place = await temporaryDirectory();
    const { nodes, listed } = nodesOf(place.path);
    await nodes('add', 'http://other:8000');
    expect((await nodes('add', 'http://other:8001')).stdout).toContain('http://other:8001 (http://other:8001) is in');
    await nodes('add', 'http://other:8000/');
    expect(await listed()).toMatchObject([
      { name: 'other', url: 'http://other:8000' },
      { name: 'http://other:8001', url: 'http://other:8001' },
    ]);
  });

  it('changes the URL of a name that is given, and says so', async () => {
    await using place = await temporaryDirectory();
    const { nodes, listed } = nodesOf(place.path);
    await nodes('add', 'http://old', 'other');
    expect((await nodes('add', 'http://new', 'other')).stdout).toContain(', in place of http://old\n');
    expect(await listed()).toEqual([{ name: 'other', url: 'http://new', trust: 'tombstones+extras' }]);
  });

  it('keeps credentials for the requests, and shows them nowhere', async () => {
    await using place = await temporaryDirectory();
    const { nodes, listed } = nodesOf(place.path);
    const { stdout, stderr } = await nodes('add', 'http://any:secret@other:8000#name=b&trust=none');
    expect(stdout + stderr).not.toContain('secret');
    expect(await listed()).toEqual([{ name: 'b', url: 'http://other:8000', trust: 'none' }]);
    const { createSqliteNodeDatabase } = await import('../../src/nodes/sqlite-node-database.ts');
    const [row] = await createSqliteNodeDatabase(`${place.path}/.waybill/nodes.sqlite`).rows();
    expect(row?.url).toBe('http://any:secret@other:8000');
  });
});

describe('nodes remove', () => {
  it('ends with 1 where there is no such node, and says where it looked', async () => {
    await using place = await temporaryDirectory();
    const { code, stdout } = await nodesOf(place.path).nodes('remove', 'alice');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^sqlite:.* has no node "alice"/);
  });
});

describe('nodes list and check', () => {
  it('say that there is none', async () => {
    await using place = await temporaryDirectory();
    const { nodes } = nodesOf(place.path);
    for (const action of ['list', 'check']) {
      const { code, stdout, stderr } = await nodes(action);
      expect([code, stdout]).toEqual([0, '']);
      expect(stderr).toContain('no nodes');
      expect(await nodes(action, '--json')).toMatchObject({ code: 0, stdout: '[]\n' });
    }
  });

  it('show the problem of a node that does not answer in the last column, and end with 3', async () => {
    await using place = await temporaryDirectory();
    const { code, stdout } = await nodesOf(place.path).nodes('check', '--static-nodes', 'http://127.0.0.1:9#name=a');
    expect(code).toBe(3);
    expect(stdout).toMatch(/^name +url +answers +speaks +latency ms +clock off +problem\n/);
    expect(stdout).toMatch(/\na +http:\/\/127\.0\.0\.1:9 +no +.*ECONNREFUSED/);
  });
});
