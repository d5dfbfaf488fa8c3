import type { AbortOptions } from '@waybill/common';
import {
  type BlendFile,
  BlendFileTooLargeError,
  type DnaStruct,
  formatBlockCode,
  isDatablockCode,
  StructView,
} from '@waybill/blendfile';
import { formatPath } from '../paths/format-path.ts';
import type { CapturedBodies } from './captured-bodies.ts';
import type { FoundAsset } from './found-asset.ts';
import { LIBRARY_PATH } from './library-path.ts';
import { Turns } from './turns.ts';
import type { FoundUsage, UsageField } from './usage.ts';

export interface BlendScanInit {
  readonly file: BlendFile;
  readonly captured?: CapturedBodies | undefined;
  readonly proxies?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** How many packed libraries this file lies in; default 0. */
  readonly level?: number | undefined;
  /** Structs that are looked at, all in all, each as often as something leads to it; default 16,777,216. */
  readonly mostSteps?: number | undefined;
  /** Of all paths together; default 256 MiB. */
  readonly mostPathBytes?: number | undefined;
}

export interface Emission {
  readonly via: string;
  readonly fields: readonly UsageField[];
  readonly stored: Buffer;
  readonly asset: FoundAsset;
  /** Relative to the file that was asked for, wherever the datablock is. Default false. */
  readonly fromRoot?: boolean;
  /** Of a library: see {@link FoundUsage.linked}. */
  readonly linked?: readonly string[];
}

/** Text that a `char *` leads to: paths are shorter, and whoever announces more is broken or hostile. */
const LONGEST_TEXT_BYTES = 64 * 1024;

/** Twice as many as a file may have blocks. Any number of structs can lead to one array: the size of a file is no bound. */
const MOST_STEPS = 2 ** 24;
/** A million paths of this many characters. Any number of datablocks can lead to one text. */
const MOST_PATH_BYTES = 256 * 1024 * 1024;

interface Datablock {
  readonly block: number;
  readonly shown: { readonly code: string; readonly name: string };
  /** Bytes as characters (latin1), with the two letters. */
  readonly name: string;
  /** The path of the library that it comes from though it lies in this file (Blender 5.0 on). */
  readonly library: Buffer | undefined;
}

/** What rules read from, and where they put what they find. */
export class BlendScan {
  readonly file: BlendFile;
  readonly proxies: boolean;
  readonly level: number;
  readonly options: AbortOptions;
  readonly found: FoundUsage[] = [];
  readonly #captured: CapturedBodies | undefined;
  readonly #turns: Turns;
  readonly #mostSteps: number;
  #steps = 0;
  readonly #mostPathBytes: number;
  #pathBytes = 0;
  #datablock: Datablock | undefined;
  #suffixes: readonly string[] | undefined;

  constructor(init: BlendScanInit) {
    const { file, captured, proxies = false, signal, level = 0 } = init;
    this.file = file;
    this.proxies = proxies;
    this.level = level;
    this.options = { ...(signal && { signal }) };
    this.#captured = captured;
    this.#turns = new Turns(this.options);
    this.#mostSteps = init.mostSteps ?? MOST_STEPS;
    this.#mostPathBytes = init.mostPathBytes ?? MOST_PATH_BYTES;
  }

  /**
   * To be called for each struct that is looked at, see {@link Turns}.
   * @throws BlendFileTooLargeError
   */
  step(block: number): Promise<void> | undefined {
    this.#steps += 1;
    if (this.#steps > this.#mostSteps)
      this.#failTooLarge(block, 'what the structs of the file lead to', this.#mostSteps, 'structs');
    return this.#turns.step();
  }

  /** One struct of a block. */
  async view(
    block: number,
    element = 0,
    struct: DnaStruct | undefined = this.file.structOf(block),
  ): Promise<StructView> {
    const bytes = struct && this.#captured?.get(block);
    const at = element * (struct?.sizeBytes ?? 0);
    if (struct === undefined || bytes === undefined || at + struct.sizeBytes > bytes.length) {
      return await this.file.view(block, { element, struct, ...this.options });
    }
    const { littleEndian } = this.file.header;
    return new StructView({ struct, bytes: bytes.subarray(at), littleEndian, block, bodyOffset: at });
  }

  /** The struct that a pointer leads to; `undefined` for none, and for a block that holds none of its kind. */
  async follow(view: StructView, path: string): Promise<StructView | undefined> {
    const field = view.struct.findField(path);
    if (field === undefined || field.pointerDepth !== 1) return undefined;
    const block = this.file.target(view, field);
    const struct = block < 0 ? undefined : (this.file.structOf(block) ?? field.struct);
    return struct === undefined || this.file.elementCount(block, struct) === 0
      ? undefined
      : await this.view(block, 0, struct);
  }

  /** All structs of the block that a pointer leads to. */
  async *elements(view: StructView, path: string): AsyncGenerator<StructView, void, undefined> {
    const first = await this.follow(view, path);
    if (first === undefined) return;
    const count = this.file.elementCount(first.block, first.struct);
    for (let element = 0; element < count; element += 1) {
      const turn = this.step(first.block);
      if (turn !== undefined) await turn;
      yield await this.view(first.block, element, first.struct);
    }
  }

  /** The elements of a list; none where the version has no such list. */
  async *list(view: StructView, path: string): AsyncGenerator<StructView, void, undefined> {
    if (!view.has(`${path}.first`)) return;
    for await (const element of this.file.list(view, path, this.options)) {
      const turn = this.step(element.block);
      if (turn !== undefined) await turn;
      yield element;
    }
  }

  /** A text in a block of its own, up to its zero byte. */
  async readText(block: number): Promise<Buffer> {
    const lengthBytes = Math.min(this.file.blocks.bodyLength(block), LONGEST_TEXT_BYTES);
    const body = Buffer.from(await this.file.readBody(block, { lengthBytes, ...this.options }));
    const end = body.indexOf(0);
    // A copy: a part would keep the whole in memory.
    return end < 0 ? body : Buffer.from(body.subarray(0, end));
  }

  /** The datablock that a block belongs to. */
  async datablockOf(block: number): Promise<Datablock> {
    const owner = this.#ownerOf(block);
    if (this.#datablock?.block === owner) return this.#datablock;
    return (this.#datablock = await this.#readDatablock(owner));
  }

  /** Suffixes of the views of all scenes in the file: `_L`, `_R`. */
  async viewSuffixes(): Promise<readonly string[]> {
    return (this.#suffixes ??= await this.#readSuffixes());
  }

  /** Whether `Struct.field` is a pointer to something. */
  isSet(view: StructView, path: string): boolean {
    const field = view.struct.findField(path);
    if (field === undefined || field.pointerDepth === 0) return false;
    return view.addressLow(field) !== 0 || view.addressHigh(field) !== 0;
  }

  async emit(view: StructView, { via, fields, stored, asset, fromRoot = false, linked }: Emission): Promise<void> {
    const { shown, library } = await this.datablockOf(view.block);
    this.#pathBytes += stored.length;
    if (this.#pathBytes > this.#mostPathBytes)
      this.#failTooLarge(view.block, 'the text of all paths', this.#mostPathBytes, 'bytes');
    this.found.push({
      datablock: shown,
      via,
      fields,
      stored,
      kind: asset.kind,
      isPacked: asset.isPacked ?? false,
      isOptional: asset.isOptional ?? false,
      nesting: [],
      relativeTo: fromRoot ? 'root' : library === undefined ? 'holder' : [library],
      search: asset.search,
      ...(linked && { linked }),
    });
  }

  #failTooLarge(block: number, what: string, limit: number, unit: string): never {
    const position = { file: this.file.name, offset: this.file.blocks.bodyOffset(block) };
    throw new BlendFileTooLargeError(position, what, limit, unit);
  }

  #ownerOf(block: number): number {
    const { blocks } = this.file;
    return isDatablockCode(blocks.codeWord(block)) ? block : blocks.owner(block);
  }

  async #readDatablock(block: number): Promise<Datablock> {
    const code = formatBlockCode(this.file.blocks.codeWord(block));
    const struct = this.file.structOf(block);
    if (struct?.findField('id.name') === undefined) {
      return { block, name: code, shown: { code, name: code }, library: undefined };
    }
    const view = await this.view(block);
    const bytes = view.bytes('id.name');
    const library = view.has('id.lib') ? await this.#libraryPath(view) : undefined;
    return { block, name: Buffer.from(bytes).toString('latin1'), shown: { code, name: formatPath(bytes) }, library };
  }

  async #libraryPath(view: StructView): Promise<Buffer | undefined> {
    const library = this.isSet(view, 'id.lib') ? await this.follow(view, 'id.lib') : undefined;
    const field = library?.struct.name === 'Library' ? library.struct.firstField(...LIBRARY_PATH) : undefined;
    return field && library && Buffer.from(library.bytes(field));
  }

  async #readSuffixes(): Promise<string[]> {
    const suffixes = new Set<string>();
    const struct = this.file.dna.findStruct('SceneRenderView');
    for (let block = 0; struct !== undefined && block < this.file.blocks.length; block += 1) {
      if (this.file.blocks.sdnaIndex(block) !== struct.index) continue;
      const bytes = (await this.view(block)).bytes('suffix');
      suffixes.add(Buffer.from(bytes).toString('latin1'));
    }
    // What every new scene has: for libraries without one.
    return suffixes.size === 0 ? ['_L', '_R'] : [...suffixes];
  }
}
