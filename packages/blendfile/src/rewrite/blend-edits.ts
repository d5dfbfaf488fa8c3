import type { BlendFile } from '../blend-file.ts';
import {
  BlendEditConflictError,
  FieldKindMismatchError,
  FieldValueTooLongError,
  FileBlockInvalidError,
} from '../errors.ts';
import { decodeBlockHeader, encodeBlockHeader } from '../format/block-header.ts';
import type { DnaField } from '../format/dna.ts';
import { encodeScalar, scalarKind } from '../format/scalar.ts';
import type { FieldReference, StructView } from '../struct-view.ts';

/** `removedBytes` of the content from `offset` on become `inserted`. */
export interface ContentEdit {
  readonly offset: number;
  readonly removedBytes: number;
  readonly inserted: Uint8Array;
}

/**
 * Collects changes of one file; nothing is written before `rewriteBlendFile` or `saveBlendFile`, and the open file goes
 * on showing what it was. Setting a field once more replaces the value before.
 */
export class BlendEdits {
  readonly #file: BlendFile;
  readonly #edits = new Map<number, ContentEdit>();

  constructor(file: BlendFile) {
    this.#file = file;
  }

  get isEmpty(): boolean {
    return this.#edits.size === 0;
  }

  /**
   * A `char[]`: the bytes, a zero byte, and zero bytes to its end, so that the same text gives the same file.
   * @throws FieldValueTooLongError when the bytes and the zero byte do not fit; RangeError when they hold a zero byte
   */
  setBytes(view: StructView, field: FieldReference, value: Uint8Array): void {
    const resolved = resolve(view, field);
    const { struct, elementBytes, length } = assertKind(view, resolved, 'char', 'a text');
    const fieldBytes = elementBytes * length;
    if (value.includes(0)) throw new RangeError('a text holds no zero byte');
    if (value.length >= fieldBytes) {
      throw new FieldValueTooLongError(struct, resolved.path, value.length + 1, fieldBytes);
    }
    const inserted = new Uint8Array(fieldBytes);
    inserted.set(value);
    this.#set(this.#offsetOf(view, resolved), fieldBytes, inserted);
  }

  /** The same for UTF-8 text. */
  setText(view: StructView, field: FieldReference, value: string): void {
    this.setBytes(view, field, new TextEncoder().encode(value));
  }

  /** @throws FieldMissingError, FieldKindMismatchError; RangeError for a value that the field cannot hold */
  setNumber(view: StructView, field: FieldReference, value: number | bigint, index = 0): void {
    const resolved = resolve(view, field);
    const kind = scalarKind(resolved);
    if (kind === undefined) {
      throw new FieldKindMismatchError(view.struct.name, resolved.path, 'a number', resolved.type);
    }
    const { elementBytes, length } = resolved;
    if (!(index >= 0 && index < length))
      throw new RangeError(`element ${index} of ${resolved.path}, which has ${length}`);
    const inserted = encodeScalar(value, kind, elementBytes, this.#file.header.littleEndian);
    this.#set(this.#offsetOf(view, resolved) + index * elementBytes, elementBytes, inserted);
  }

  /**
   * The body of a block without a struct, where texts of any length stand that a `char *` leads to. The new one may be
   * longer or shorter: nothing in a .blend file counts on where a block lies. Filled up with zero bytes to a multiple
   * of 4 where the old body was one, as Blender did up to 4.x.
   * @throws FileBlockInvalidError for a block with a struct, one that is no `DATA`, and none (-1)
   */
  async replaceBody(block: number, body: Uint8Array): Promise<void> {
    const { blocks, header, content, name } = this.#file;
    const offset = blocks.headerOffset(block);
    const struct = this.#file.structOf(block);
    if (struct !== undefined || blocks.code(block) !== 'DATA') {
      const held = struct?.name ?? (blocks.code(block) || 'nothing');
      throw new FileBlockInvalidError({ file: name, offset }, `block ${block} holds ${held}, no bytes of a datablock`);
    }
    const headerBytes = blocks.bodyOffset(block) - offset;
    const old = decodeBlockHeader(await content.read(offset, headerBytes), header, name, offset);
    const lengthBytes = old.lengthBytes % 4 === 0 ? Math.ceil(body.length / 4) * 4 : body.length;
    const inserted = new Uint8Array(headerBytes + lengthBytes);
    inserted.set(encodeBlockHeader({ ...old, lengthBytes }, header));
    inserted.set(body, headerBytes);
    this.#set(offset, headerBytes + old.lengthBytes, inserted);
  }

  /** A text that a `char *` leads to, with its zero byte; see {@link replaceBody}. */
  async replaceText(block: number, value: Uint8Array): Promise<void> {
    if (value.includes(0)) throw new RangeError('a text holds no zero byte');
    const body = new Uint8Array(value.length + 1);
    body.set(value);
    await this.replaceBody(block, body);
  }

  /** In rising order. @throws BlendEditConflictError where two of them overlap */
  sorted(): ContentEdit[] {
    const edits = [...this.#edits.values()].sort((a, b) => a.offset - b.offset);
    let end = 0;
    for (const { offset, removedBytes } of edits) {
      if (offset < end) throw new BlendEditConflictError({ file: this.#file.name, offset });
      end = offset + removedBytes;
    }
    return edits;
  }

  #set(offset: number, removedBytes: number, inserted: Uint8Array): void {
    this.#edits.set(offset, { offset, removedBytes, inserted });
  }

  #offsetOf({ block, bodyOffset }: StructView, field: DnaField): number {
    return this.#file.blocks.bodyOffset(block) + bodyOffset + field.offset;
  }
}

function resolve(view: StructView, field: FieldReference): DnaField {
  return view.struct.field(typeof field === 'string' ? field : field.path);
}

function assertKind(
  view: StructView,
  field: DnaField,
  type: string,
  expected: string,
): { struct: string; elementBytes: number; length: number } {
  const { elementBytes, length, dimensions } = field;
  const struct = view.struct.name;
  if (field.type === type && field.pointerDepth === 0 && dimensions.length === 1)
    return { struct, elementBytes, length };
  throw new FieldKindMismatchError(struct, field.path, expected, field.type);
}
