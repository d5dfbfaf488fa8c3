import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { PAGE_HEADERS, pageDirectory } from '../src/index.ts';

const pages = ['coverage', 'shaman'] as const;

describe.each(pages)('the page %s', (page) => {
  const folder = pageDirectory(page);
  const html = readFileSync(path.join(folder, 'index.html'), 'utf8');

  test('names only files that are there', () => {
    const names = [...html.matchAll(/(?:src|href)="([^"]*)"/g)]
      .map(([, name]) => name)
      .filter((name) => name !== 'data:,');
    expect(names.length).toBeGreaterThan(0);
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(names));
  });

  test('has every element that its script looks for', () => {
    const script = readFileSync(path.join(folder, 'page.js'), 'utf8');
    const wanted = [...script.matchAll(/\b(?:at|fill)\('([a-z-]+)'/g)].map(([, id]) => id);
    expect(wanted.length).toBeGreaterThan(5);
    for (const id of wanted) expect(html).toContain(`id="${id ?? ''}"`);
  });

  test('does with the policy that is sent with it: no inline script, style or handler', () => {
    expect(PAGE_HEADERS['content-security-policy']).toContain("default-src 'self'");
    expect(html).not.toMatch(/<style|style="|\son\w+="|<script(?![^>]*src=)/);
    expect(readFileSync(path.join(folder, 'page.js'), 'utf8')).not.toContain('innerHTML');
  });
});
