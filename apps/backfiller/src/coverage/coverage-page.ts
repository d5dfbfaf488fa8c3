import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pageDirectory } from '@waybill/web-ui';

/** A node whose map a page shows. */
export interface PageNode {
  readonly name: string;
  /** Without a slash at its end. Undefined: this node, whose files stand beside the page. */
  readonly url?: string | undefined;
}

/**
 * The page of a channel and quality: one file, so that any web server can show it, with the maps of all nodes (spec
 * section 1.5). It needs the script and style of the page that `serve` shows, and holds them.
 */
export function coveragePage(channel: string, quality: string, nodes: readonly PageNode[]): Uint8Array {
  const stem = `${encodeURIComponent(channel)}_${encodeURIComponent(quality)}_coverage`;
  const maps = nodes.map(({ name, url }) => {
    const place = url === undefined ? stem : `${url}/segments/coverage-maps/${stem}`;
    return { title: `${channel} ${quality} · ${name}`, image: `${place}.png`, json: `${place}.json` };
  });
  const [html, script, style] = ['index.html', 'page.js', 'style.css'].map(pageFile);
  const page = [
    ['<link rel="stylesheet" href="style.css" />', `<style>\n${style ?? ''}</style>`],
    ['<script type="module" src="page.js"></script>', mapsElement(maps)],
    ['</body>', `  <script type="module">\n${script ?? ''}</script>\n  </body>`],
  ].reduce((text, [from = '', to = '']) => text.replace(from, () => to), html ?? '');
  return new TextEncoder().encode(page);
}

/** JSON in HTML: `<` would be able to end the element, names come from lists of others. */
function mapsElement(maps: readonly object[]): string {
  return `<script type="application/json" id="maps">${JSON.stringify(maps).replaceAll('<', '\\u003c')}</script>`;
}

function pageFile(name: string): string {
  return readFileSync(path.join(pageDirectory('coverage'), name), 'utf8');
}
