import { describe, expect, it } from 'vitest';
import { compareNodes } from '../../src/nodes/compare-nodes.ts';
import { mergeNodes } from '../../src/nodes/merge-nodes.ts';
import { createNodeEntry } from '../../src/nodes/node-entry.ts';
import { createStaticNodeSource } from '../../src/nodes/static-node-source.ts';

const entry = (url: string, name?: string, trust?: string) => createNodeEntry({ url, name, trust });
const shown = (entries: readonly { name: string; url: string }[]) => entries.map(({ name, url }) => `${name} ${url}`);

describe('merged lists of nodes', () => {
  it('keep two nodes on one host with different ports, and name them by their URLs', () => {
    const merged = mergeNodes([[entry('http://host:8000'), entry('http://host:8001'), entry('http://other')]]);
    expect(shown(merged)).toEqual([
      'http://host:8000 http://host:8000',
      'http://host:8001 http://host:8001',
      'other http://other',
    ]);
  });

  it('take name and trust of a node from the later list', () => {
    const merged = mergeNodes([[entry('http://host/'), entry('http://b')], [entry('HTTP://HOST:80', 'db', 'replace')]]);
    expect(shown(merged)).toEqual(['db http://host', 'b http://b']);
    expect(merged[0]?.trust.replace).toBe(true);
  });

  it('do not hold this machine, whatever another list calls it', () => {
    const lists = [
      [entry('http://me:8000'), entry('http://b')],
      [entry('http://me:8000', 'here'), entry('http://c', 'c')],
      [entry('http://me:8000', 'alias')],
    ];
    expect(shown(mergeNodes(lists, { localhost: 'here' }))).toEqual(['b http://b', 'c http://c']);
    expect(shown(mergeNodes([[entry('http://me')]], { localhost: 'me' }))).toEqual([]);
  });
});

describe('compared lists of nodes', () => {
  const before = [entry('http://a'), entry('http://b'), entry('http://c')];

  it('are the same in any order', () => {
    expect(compareNodes(before, before.toReversed())).toBeUndefined();
  });

  it('tell what was added, removed and changed', () => {
    const renamed = entry('http://b', 'new');
    const trusted = entry('http://c', undefined, 'replace');
    const added = entry('http://d');
    expect(compareNodes(before, [renamed, trusted, added])).toEqual({
      added: [added],
      removed: [before[0]],
      changed: [renamed, trusted],
    });
  });

  it('tell of changed credentials', () => {
    expect(compareNodes(before, [before[0]!, before[1]!, entry('http://u:p@c')])).toMatchObject({
      changed: [{ key: 'http://c' }],
    });
  });
});

describe('static nodes', () => {
  it('carry name and trust in their URLs', async () => {
    const { entries, problems } = await createStaticNodeSource([
      'http://a:8000',
      'http://b/x#name=bee&trust=tombstones+replace',
    ]).list();
    expect(problems).toEqual([]);
    expect(shown(entries)).toEqual(['a http://a:8000', 'bee http://b/x']);
    expect(entries[1]?.trust).toEqual({ tombstones: true, extras: false, replace: true });
  });

  it.each(['nonsense', 'http://a#trust=everything'])('refuse %j at once', (url) => {
    expect(() => createStaticNodeSource([url])).toThrow();
  });
});
