import { dirname } from 'node:path';
import type { AbortOptions } from '@waybill/common';
import { formatPath } from '../paths/format-path.ts';
import { toFilePath } from '../paths/file-path.ts';
import { openBlend } from '../trace/open-blend.ts';
import { trace } from '../trace/trace.ts';
import type { Side } from './compare-sides.ts';

/** What a .blend file holds, and what it needs; paths are seen from its own folder. */
export async function blendSide(path: string, options: AbortOptions): Promise<Side> {
  const blend = toFilePath(path);
  const folder = `${dirname(formatPath(blend))}/`;
  const shown = (text: string): string => (text.startsWith(folder) ? text.slice(folder.length) : text);
  const paths = new Map<string, string>();
  const files = new Map<string, string>();
  for await (const { holder, datablock, via, stored, files: found } of trace(path, options)) {
    const isOwn = holder.equals(blend);
    const name = `${isOwn ? '' : `${shown(formatPath(holder))} `}${datablock.name} ${via}`;
    paths.set(unused(name, paths), formatPath(stored));
    for (const file of found) files.set(shown(formatPath(file.path)), `${file.sizeBytes} bytes`);
  }
  const datablocks = await datablockSizes(path, options);
  return {
    kind: 'blend',
    parts: new Map([
      ['datablock', datablocks],
      ['path', paths],
      ['file', files],
    ] as const),
  };
}

/** Some datablocks have several paths in fields of the same name. */
function unused(name: string, taken: ReadonlyMap<string, string>): string {
  let candidate = name;
  for (let count = 2; taken.has(candidate); count += 1) candidate = `${name} (${count})`;
  return candidate;
}

/** Name and size of each datablock, with what it owns. Contents cannot be compared: every save writes other addresses. */
async function datablockSizes(path: string, { signal }: AbortOptions): Promise<Map<string, string>> {
  await using file = await openBlend(toFilePath(path), { signal });
  const { blocks } = file;
  const sizes = new Map<string, number>();
  let name: string | undefined;
  for (let block = 0; block < blocks.length; block += 1) {
    if (blocks.code(block) !== 'DATA') name = await nameOf(block);
    if (name !== undefined) sizes.set(name, (sizes.get(name) ?? 0) + blocks.bodyLength(block));
  }
  return new Map(sizes.entries().map(([key, sizeBytes]) => [key, `${sizeBytes} bytes`]));

  async function nameOf(block: number): Promise<string | undefined> {
    if (blocks.code(block).length !== 2) return undefined;
    const struct = file.structOf(block);
    if (struct?.findField('id.name') === undefined) return undefined;
    return (await file.view(block, { signal })).text('id.name');
  }
}
