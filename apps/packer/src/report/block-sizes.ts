import type { BlendFile } from '@waybill/blendfile';

/** What one kind of datablock takes in a file. */
export interface BlockKind {
  /** `ME`, `IM`, …; for what is no datablock the four letters, such as `DNA1`. */
  readonly code: string;
  readonly datablocks: number;
  /** File-blocks, with those that the datablocks own. */
  readonly blocks: number;
  /** Headers and bodies, before compression. */
  readonly sizeBytes: number;
}

/** The largest kind first. */
export function blockSizes({ blocks }: BlendFile): BlockKind[] {
  const kinds = new Map<string, { datablocks: number; blocks: number; sizeBytes: number }>();
  let code = '';
  for (let block = 0; block < blocks.length; block += 1) {
    const own = blocks.code(block);
    const isOwner = own !== 'DATA';
    if (isOwner) code = own;
    let kind = kinds.get(code);
    if (kind === undefined) kinds.set(code, (kind = { datablocks: 0, blocks: 0, sizeBytes: 0 }));
    kind.datablocks += Number(isOwner);
    kind.blocks += 1;
    kind.sizeBytes += blocks.bodyOffset(block) - blocks.headerOffset(block) + blocks.bodyLength(block);
  }
  return [...kinds]
    .map(([name, kind]) => ({ code: name, ...kind }))
    .sort((a, b) => b.sizeBytes - a.sizeBytes || (a.code < b.code ? -1 : 1));
}
