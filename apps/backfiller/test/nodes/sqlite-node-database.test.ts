import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '@waybill/test-kit';
import { NodeDatabaseUnknownError, openNodeDatabase } from '../../src/nodes/open-node-database.ts';
import type { NodeRow } from '../../src/nodes/node-source.ts';

const row = (name: string, url: string, more: Partial<NodeRow> = {}): NodeRow => ({
  name,
  url,
  backfillFrom: true,
  trust: undefined,
  ...more,
});

const openIn = (directory: string) => {
  const path = `${directory}/state/deep/nodes.sqlite`;
  return { path, database: openNodeDatabase(`sqlite:${path}`) };
};

describe('a SQLite node database', () => {
  it('is empty where there is no file, and makes none by being read', async () => {
    await using directory = await temporaryDirectory();
    const { path, database } = openIn(directory.path);
    expect(await database.list()).toEqual({ entries: [], problems: [] });
    expect(await database.rows()).toEqual([]);
    expect(await database.remove('a')).toEqual([]);
    expect(existsSync(path)).toBe(false);
  });

  it('is created by the first add, with its directories', async () => {
    await using directory = await temporaryDirectory();
    const { database } = openIn(directory.path);
    await database.add(row('a', 'http://a:8000', { trust: 'replace' }));
    await database.add(row('b', 'http://b', { backfillFrom: false }));
    const { entries, problems } = await database.list();
    expect(problems).toEqual([]);
    expect(entries).toMatchObject([
      { name: 'a', key: 'http://a:8000', trust: { tombstones: false, extras: false, replace: true } },
    ]);
    expect(await database.rows()).toEqual([
      row('a', 'http://a:8000', { trust: 'replace' }),
      row('b', 'http://b', { backfillFrom: false }),
    ]);
  });

  it('changes the node of a name that it has, and keeps its trust where none is given', async () => {
    await using directory = await temporaryDirectory();
    const { database } = openIn(directory.path);
    await database.add(row('a', 'http://old', { trust: 'none' }));
    await database.add(row('a', 'http://new'));
    expect(await database.rows()).toEqual([row('a', 'http://new', { trust: 'none' })]);
  });

  it('removes by name and by any way to write the URL', async () => {
    await using directory = await temporaryDirectory();
    const { database } = openIn(directory.path);
    for (const name of ['a', 'b', 'c']) await database.add(row(name, `http://${name}`));
    expect(await database.remove('a')).toEqual(['a']);
    expect(await database.remove('HTTP://B:80/')).toEqual(['b']);
    expect(await database.remove('nobody')).toEqual([]);
    expect((await database.rows()).map(({ name }) => name)).toEqual(['c']);
  });

  it('works on a table of wubloader, which has no trust', async () => {
    await using directory = await temporaryDirectory();
    const path = `${directory.path}/wubloader.sqlite`;
    const raw = new DatabaseSync(path);
    raw.exec(
      'CREATE TABLE nodes (name TEXT PRIMARY KEY, url TEXT NOT NULL, backfill_from BOOLEAN NOT NULL DEFAULT TRUE)',
    );
    raw.exec("INSERT INTO nodes (name, url) VALUES ('a', 'http://a')");
    raw.close();
    expect((await openNodeDatabase(`sqlite:${path}`).list()).entries).toMatchObject([
      { name: 'a', trust: { tombstones: true } },
    ]);
  });

  it('reports a row that cannot be used, and uses the others', async () => {
    await using directory = await temporaryDirectory();
    const { database } = openIn(directory.path);
    await database.add(row('bad', 'nonsense'));
    await database.add(row('good', 'http://good'));
    const { entries, problems } = await database.list();
    expect(entries).toMatchObject([{ name: 'good' }]);
    expect(problems).toMatchObject(
      [/^row "bad": Not the URL of a node/].map((pattern) => expect.stringMatching(pattern) as unknown),
    );
  });

  it('fails where the file is no database, and leaves it as it is', async () => {
    await expect(openNodeDatabase(`sqlite:${import.meta.filename}`).list()).rejects.toThrow(/database/);
  });
});

describe('the name of a node database', () => {
  it.each(['', 'nodes.sqlite', 'sqlite:', 'mysql://secret@host/db'])('refuses %j without showing it', (text) => {
    expect(() => openNodeDatabase(text)).toThrow(NodeDatabaseUnknownError);
    expect(() => openNodeDatabase(text)).toThrow(/^(?!.*secret)/s);
  });

  it('shows no credentials in its label', () => {
    expect(openNodeDatabase('postgresql://user:secret@host:5433/wubloader').label).toBe(
      'postgresql://host:5433/wubloader',
    );
  });
});
