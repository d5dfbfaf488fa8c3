import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryDirectory } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';
import { runCli } from './support/run-cli.ts';

describe('a value that does not fit', () => {
  it.each([
    ['backfill demo --static-nodes http://a,b:8000', '--static-nodes', 'item 2: Not the URL of a node: "b:8000"'],
    ['backfill demo --static-nodes http://a#trust=all', '--static-nodes', 'Not a trust: "all"'],
    ['backfill demo --node-database mysql://user:secret@db/x', '--node-database', 'Not a node database (mysql:)'],
    ['backfill demo --start yesterday', '--start', 'Not a start: "yesterday"'],
    ['run demo --start 2026-13-01', '--start', 'Not a start'],
    ['verify --end soon', '--end', 'Not a start: "soon"'],
    ['nodes add ftp://other', 'Not the URL of a node', 'only http and https'],
    ['nodes add http://other other --trust all', 'Not a trust', '"all"'],
    ['backfill ../demo', '<channels>', 'the name of one directory'],
    ['backfill demo --qualities a/b', '--qualities', 'item 1: expected the name of one directory'],
    ['backfill demo --node-tokens pair', '--node-tokens', 'item 1: expected NODE=TOKEN'],
    ['serve --port 70000', '--port', 'from 0 to 65535'],
    ['backfill demo --delete-old', '--delete-old needs --start', ''],
    ['backfill demo --node-cert a.pem', '--node-cert and --node-key belong together', ''],
    ['nodes check --node-key a.pem', '--node-cert and --node-key belong together', ''],
    ['serve --tls-key a.pem', '--tls-cert and --tls-key belong together', ''],
    ['serve --tls-client-ca a.pem', '--tls-client-ca needs --tls-cert', ''],
    ['backfill demo', 'no node to backfill from', ''],
    ['serve --tls-cert /absent.pem --tls-key /absent.key', '--tls-cert', '/absent.pem cannot be read (ENOENT)'],
    ['nodes check --static-nodes http://a --node-ca /absent.pem', '--node-ca', 'cannot be read (ENOENT)'],
  ])('ends `%s` with 2, and says what and why', async (line, what, why) => {
    await using place = await temporaryDirectory();
    const { code, stdout, stderr } = await runCli([...line.split(' '), '--base-dir', place.path]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('error: ');
    expect(stderr).toContain(what);
    expect(stderr).toContain(why);
    expect(stderr).not.toContain('secret');
  });

  it.each(['serve --port 0', 'verify'])(
    'ends `%s` with 2 where the base directory is absent, or a file',
    async (line) => {
      await using place = await temporaryDirectory();
      const file = path.join(place.path, 'file');
      await writeFile(file, '');
      const absent = await runCli([...line.split(' '), '--base-dir', path.join(place.path, 'absent')]);
      expect([absent.code, absent.stderr]).toEqual([2, expect.stringContaining('there is no directory')]);
      const inTheWay = await runCli([...line.split(' '), '--base-dir', file]);
      expect([inTheWay.code, inTheWay.stderr]).toEqual([2, expect.stringContaining('is no directory')]);
    },
  );
});
