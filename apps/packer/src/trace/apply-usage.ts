import type { AbortOptions } from '@waybill/common';
import { BlendEdits, type BlendFile, openBlendFile, rewriteBlendFile, type StructView } from '@waybill/blendfile';
import { packedFileData, readPackedFile } from './packed-file.ts';
import type { UsageField, UsageSource } from './usage.ts';

/** Packed libraries as far as they were changed, by their `PackedFile` block: several usages can lie in one. */
const changedFiles = new WeakMap<BlendEdits, Map<number, Uint8Array>>();

/**
 * Sets the path of a usage. Nothing is written before the edits are.
 * @param usage As it was traced in this file.
 * @param newPath What is to stand there; of a directory and a name the whole: it is parted at the last separator.
 * @throws TypeError for one without fields; FieldValueTooLongError; errors of `@waybill/blendfile`
 */
export async function applyUsage(
  edits: BlendEdits,
  file: BlendFile,
  usage: Pick<UsageSource, 'fields' | 'nesting'>,
  newPath: Uint8Array,
  options: AbortOptions = {},
): Promise<void> {
  const [packedFile, ...nesting] = usage.nesting;
  if (packedFile !== undefined) {
    await applyInside(edits, file, packedFile, { fields: usage.fields, nesting }, newPath, options);
    return;
  }
  if (usage.fields.length === 0) throw new TypeError('a path that Blender makes itself cannot be set');
  for (const field of usage.fields) {
    if (field.role === 'length') edits.setNumber(await viewOf(file, field, options), field.path, newPath.length + 1);
    else await setField(edits, file, field, partOf(newPath, field), options);
  }
}

function partOf(path: Uint8Array, { role }: UsageField): Uint8Array {
  if (role === 'path') return path;
  const at = Math.max(path.lastIndexOf(0x2f), path.lastIndexOf(0x5c)) + 1;
  return role === 'directory' ? path.subarray(0, at) : path.subarray(at);
}

async function setField(
  edits: BlendEdits,
  file: BlendFile,
  field: UsageField,
  value: Uint8Array,
  options: AbortOptions,
): Promise<void> {
  if (field.struct === '') await edits.replaceText(field.block, value);
  else edits.setBytes(await viewOf(file, field, options), field.path, value);
}

async function viewOf(
  file: BlendFile,
  { block, bodyOffset, struct: name }: UsageField,
  options: AbortOptions,
): Promise<StructView> {
  const struct = file.dna.findStruct(name);
  const element = struct === undefined ? 0 : Math.floor(bodyOffset / struct.sizeBytes);
  return await file.view(block, { element, struct, ...options });
}

/** The packed file is rewritten in memory, and takes the place of the one before. */
async function applyInside(
  edits: BlendEdits,
  file: BlendFile,
  packedFile: number,
  usage: Pick<UsageSource, 'fields' | 'nesting'>,
  newPath: Uint8Array,
  options: AbortOptions,
): Promise<void> {
  const changed = changedFiles.get(edits) ?? new Map<number, Uint8Array>();
  changedFiles.set(edits, changed);
  const before = changed.get(packedFile) ?? (await readPackedFile(file, packedFile, options));
  await using inner = await openBlendFile(before, { name: `${file.name} > packed library`, ...options });
  const innerEdits = new BlendEdits(inner);
  await applyUsage(innerEdits, inner, usage, newPath, options);
  const pieces: Uint8Array[] = [];
  for await (const piece of rewriteBlendFile(inner, innerEdits, options)) pieces.push(Uint8Array.from(piece));
  const after = Buffer.concat(pieces);
  changed.set(packedFile, after);
  const { view, data } = await packedFileData(file, packedFile, options);
  await edits.replaceBody(data, after);
  if (view.has('size')) edits.setNumber(view, 'size', after.length);
}
