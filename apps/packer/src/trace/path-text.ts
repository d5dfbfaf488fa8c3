import type { DnaField, StructView } from '@waybill/blendfile';
import type { BlendScan } from './blend-scan.ts';
import type { UsageField } from './usage.ts';

/** A path as it stands in a struct. */
export interface PathText {
  readonly stored: Buffer;
  readonly field: UsageField;
}

/** The first of these fields that the version has: a `char[]`, or a `char *`. Empty texts are `undefined`. */
export async function readPathText(
  view: StructView,
  names: readonly string[],
  scan: BlendScan,
  role: UsageField['role'] = 'path',
): Promise<PathText | undefined> {
  const field = view.struct.firstField(...names);
  if (field?.type !== 'char') return undefined;
  const text = field.pointerDepth === 1 ? await readPointed(view, field, scan) : readInPlace(view, field, role);
  return text === undefined || text.stored.length === 0 ? undefined : text;
}

function readInPlace(view: StructView, field: DnaField, role: UsageField['role']): PathText {
  const { block, bodyOffset, struct } = view;
  const sizeBytes = field.elementBytes * field.length;
  return {
    stored: Buffer.from(view.bytes(field)),
    field: { role, block, bodyOffset, struct: struct.name, path: field.path, sizeBytes },
  };
}

async function readPointed(view: StructView, field: DnaField, scan: BlendScan): Promise<PathText | undefined> {
  const block = scan.file.target(view, field);
  if (block < 0) return undefined;
  const body = await scan.readText(block);
  const place = { role: 'path', block, bodyOffset: 0, struct: '', path: field.path, sizeBytes: Infinity } as const;
  return { stored: body, field: place };
}
