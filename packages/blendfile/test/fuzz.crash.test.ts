import { gzipSync, zstdCompressSync } from 'node:zlib';
import { seededRandom, tierCount } from '@waybill/test-kit';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  BlendEdits,
  type BlendFile,
  BlockScanner,
  type BlockVisitor,
  decodeHeader,
  type Dna,
  DnaCache,
  type DnaStruct,
  leafFields,
  openBlendFile,
  readIdProperties,
  rewriteBlendFile,
  type StructView,
} from '../src/index.ts';
import { type BlockSpec, buildBlendFile, compressZstd, type StructValues } from '../src/testing/index.ts';
import { collect } from './support/collect.ts';
import { smallSceneSpec } from './support/small-scene.ts';
import { variants } from './support/variants.ts';

const INPUTS = tierCount({ push: 100_000, nightly: 1_000_000 });
const MOST_RSS_BYTES = 256 * 1024 * 1024;
/** Errors that say on purpose what is wrong with an input; everything else is a bug. */
const NAMED = /^ERR_(BLEND|FILE_BLOCK|SDNA|FIELD)_/;

/** What the inputs have to lead to, each at least once. */
const REACHED = [
  ...['ERR_BLEND_HEADER_INVALID', 'ERR_BLEND_FORMAT_UNKNOWN', 'ERR_BLEND_FILE_TRUNCATED', 'ERR_FILE_BLOCK_INVALID'],
  ...['ERR_BLEND_COMPRESSION_INVALID', 'ERR_BLEND_DATA_CYCLIC', 'ERR_SDNA_INVALID', 'ERR_FIELD_MISSING'],
];

type Random = () => number;
const below = (random: Random, limit: number): number => Math.floor(random() * limit);

interface Seed {
  readonly bytes: Uint8Array;
  readonly headerBytes: number;
  readonly littleEndian: boolean;
  readonly pointerBytes: 4 | 8;
  /** Offsets of block headers, of 32-bit fields in the SDNA, … where a change is worth most. */
  readonly targets: readonly number[];
  /** Old addresses of its blocks. */
  readonly addresses: readonly bigint[];
}

/** Structs of one size, the first of the SDNA: with one word in another place one of them holds itself. */
const NESTED = { Inner: ['int value'], Outer: ['Inner inner'] };

/** ID properties of all kinds, in one list. */
function properties(): BlockSpec[] {
  const kinds = [
    ...[{ type: 0, len: 4, 'data.pointer': 0x5000n }, { type: 1, 'data.val': 7 }, { type: 8 }, { type: 10 }],
    ...[
      { type: 5, subtype: 1, len: 2, 'data.pointer': 0x5000n },
      { type: 5, subtype: 10, len: 4, 'data.pointer': 0x5000n },
    ],
    ...[
      { type: 7, 'data.pointer': 0x1000n },
      { type: 9, len: 1, 'data.pointer': 0x7200n },
    ],
    { type: 6, 'data.group.first': 0x7200n },
  ];
  const property = (address: bigint, values: StructValues): BlockSpec => ({
    code: 'DATA',
    address,
    struct: 'IDProperty',
    values,
  });
  return [
    property(0x7000n, { name: 'root', type: 6, 'data.group.first': 0x7100n }),
    ...kinds.map((values, at) => property(0x7100n + BigInt(at), { ...values, next: 0x7101n + BigInt(at) })),
    property(0x7200n, { name: 'leaf', type: 1 }),
  ];
}

function seedOf(header: (typeof variants)[number]['header']): Seed {
  const spec = smallSceneSpec(header);
  const withProperties = spec.blocks.map((block) =>
    block.code === 'OB' ? { ...block, values: { ...(block.values as StructValues), 'id.properties': 0x7000n } } : block,
  );
  const blocks = [...withProperties, ...properties()];
  const bytes = buildBlendFile({ ...spec, structs: { ...NESTED, ...spec.structs }, blocks });
  const buffer = Buffer.from(bytes);
  const targets: number[] = [];
  for (const code of [
    'REND',
    'OB\0\0',
    'DATA',
    'MA\0\0',
    'IM\0\0',
    'DNA1',
    'ENDB',
    'SDNA',
    'NAME',
    'TYPE',
    'TLEN',
    'STRC',
  ]) {
    for (let at = buffer.indexOf(code); at >= 0; at = buffer.indexOf(code, at + 1)) targets.push(at);
  }
  const { littleEndian, pointerBytes } = header;
  const headerBytes = header.formatVersion === 0 ? 12 : 17;
  const addresses = blocks.map(({ address = 0n }) => address);
  return { bytes, headerBytes, littleEndian, pointerBytes, targets, addresses };
}

const ABSURD = [0, 1, 2, 4, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff];

/** A word beside something that has a meaning: lengths, counts, indexes, addresses, sizes. */
function changeWord(bytes: Uint8Array, { targets, littleEndian }: Seed, random: Random): void {
  const target = targets[below(random, targets.length)] ?? 0;
  const at = target + 4 * below(random, 10);
  const neighbour = target + 4 * below(random, 10);
  if (Math.max(at, neighbour) + 4 > bytes.length) return;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const old = view.getUint32(at, littleEndian);
  const kinds = [
    ...[ABSURD[below(random, ABSURD.length)] ?? 0, view.getUint32(neighbour, littleEndian)],
    ...[old + 1, old - 1, old * 2, old ^ (1 << below(random, 32))],
  ];
  view.setUint32(at, (kinds[below(random, kinds.length)] ?? 0) >>> 0, littleEndian);
}

/** What pointers lead to, somewhere else: lists and trees that come back to where they were. */
function changeAddress(
  bytes: Uint8Array,
  { targets, littleEndian, pointerBytes, addresses }: Seed,
  random: Random,
): void {
  const at = (targets[below(random, targets.length)] ?? 0) + 4 * below(random, 30);
  if (at + pointerBytes > bytes.length) return;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const address = addresses[below(random, addresses.length)] ?? 0n;
  if (pointerBytes === 8) view.setBigUint64(at, address, littleEndian);
  else view.setUint32(at, Number(address), littleEndian);
}

function changeByte(bytes: Uint8Array, seed: Seed, random: Random): void {
  const at = seed.headerBytes + below(random, bytes.length - seed.headerBytes);
  bytes[at] = random() < 0.5 ? below(random, 256) : (bytes[at] ?? 0) ^ (1 << below(random, 8));
}

function copyPart(bytes: Uint8Array, seed: Seed, random: Random): void {
  const from = seed.headerBytes + below(random, bytes.length - seed.headerBytes);
  const length = Math.min(below(random, 200), bytes.length - from);
  const to = seed.headerBytes + below(random, bytes.length - seed.headerBytes - length);
  bytes.copyWithin(to, from, from + length);
}

function mutate(seed: Seed, random: Random): Uint8Array {
  const bytes = Uint8Array.from(seed.bytes);
  for (let changes = 1 + below(random, 4); changes > 0; changes -= 1) {
    const kind = random();
    if (kind < 0.4) changeWord(bytes, seed, random);
    else if (kind < 0.6) changeAddress(bytes, seed, random);
    else if (kind < 0.9) changeByte(bytes, seed, random);
    else copyPart(bytes, seed, random);
  }
  if (random() < 0.02) bytes[below(random, seed.headerBytes)] = 0x30 + below(random, random() < 0.5 ? 10 : 0x50);
  return random() < 0.05 ? bytes.subarray(0, below(random, bytes.length)) : bytes;
}

function randomBytes(random: Random): Uint8Array {
  const magics = [
    '',
    'BLENDER',
    'BLENDER-v304',
    'BLENDER_V249',
    'BLENDER17-01v0500',
    '\x1f\x8b\x08',
    '\x28\xb5\x2f\xfd',
  ];
  const magic = Buffer.from(magics[below(random, magics.length)] ?? '', 'latin1');
  const rest = Uint8Array.from({ length: below(random, 300) }, () => below(random, 256));
  return Buffer.concat([magic, rest]);
}

/** Compressed files break on both sides: in the content, and in what is stored. */
function compressed(seed: Seed, random: Random): Uint8Array {
  const content = mutate(seed, random);
  const stores = [
    () => gzipSync(content, { level: 1 }),
    () => zstdCompressSync(content),
    () => compressZstd(content, 1500),
  ];
  const stored = (stores[below(random, stores.length)] ?? compressZstd)(content);
  if (random() < 0.5) return stored;
  const broken = Uint8Array.from(stored);
  for (let changes = 1 + below(random, 3); changes > 0; changes -= 1) {
    const fromEnd = random() < 0.5;
    const at = fromEnd ? broken.length - 1 - below(random, Math.min(60, broken.length)) : below(random, broken.length);
    broken[at] = below(random, 256);
  }
  return broken;
}

const dnaCache = new DnaCache();
const leaves = new WeakMap<DnaStruct, ReturnType<typeof leafFields>>();
const MOST_BLOCKS_WALKED = 60;

/** Everything that a reader does: all fields, pointers, lists, properties, and a rewrite. */
async function walk(file: BlendFile, random: Random): Promise<void> {
  for (let block = 0; block < Math.min(file.blocks.length, MOST_BLOCKS_WALKED); block += 1) {
    const struct = file.structOf(block);
    if (struct === undefined || file.elementCount(block) === 0) continue;
    const view = await file.view(block);
    const fields = leaves.get(struct) ?? leafFields(struct);
    leaves.set(struct, fields);
    for (const field of fields) {
      view.get(field);
      if (field.pointerDepth === 1) await named(() => file.follow(view, field));
      if (field.pointerDepth === 2) await named(() => file.targets(view, field));
    }
    for (const { path } of fields)
      if (path.endsWith(FIRST)) await named(() => walkList(file, view, path.slice(0, -FIRST.length)));
    if (view.has('id.properties')) await named(() => readIdProperties(file, view));
  }
  await named(() => rewrite(file, random));
}

/** Of each list that a struct has. */
const FIRST = '.first';

async function walkList(file: BlendFile, view: StructView, list: string): Promise<void> {
  for await (const element of file.list(view, list)) element.get(element.has('name') ? 'name' : 'modifier.name');
}

async function rewrite(file: BlendFile, random: Random): Promise<void> {
  const edits = new BlendEdits(file);
  for (const block of [...file.blocks.datablocks()].slice(0, MOST_BLOCKS_WALKED)) {
    await named(async () => {
      const view = await file.view(block);
      edits.setText(view, 'id.name', 'OBNew');
      edits.setNumber(view, 'id.us', 3);
      await edits.replaceText(file.target(view, 'comment'), Buffer.from('a longer text'));
    });
  }
  const written = await collect(rewriteBlendFile(file, edits, { compress: random() < 0.05 }));
  if (random() < 0.9) return;
  // What can be read can be read again.
  await using again = await openBlendFile(written, { dnaCache });
  if (again.blocks.length !== file.blocks.length) throw new Error(`${file.name}: other blocks were written`);
}

/** Wants what any walk over pointers would: every struct, element by element; and bytes as bytes. */
function visitorOf(dna: Dna): BlockVisitor {
  return {
    wants: (_code, sdnaIndex) => dna.structAt(sdnaIndex)?.sizeBytes ?? 1,
    visit: (block, part, offset) => {
      if (part.length === 0 || block < 0 || offset < 0) throw new Error(`an empty part of block ${block}`);
    },
  };
}

/** The codecs alone, with a content that comes in pieces. */
async function scanInPieces(bytes: Uint8Array, pieceBytes: number): Promise<void> {
  const header = decodeHeader(bytes, 'pieces');
  const visitor: BlockVisitor = { wants: () => 24, visit: () => undefined };
  const scanner = new BlockScanner({ header, file: 'pieces', visitor });
  for (let at = 0; at < bytes.length; at += pieceBytes) scanner.feed(bytes.subarray(at, at + pieceBytes), at);
  const blocks = scanner.finish(bytes.length);
  for (let block = 0; block < blocks.length; block += 1) {
    const found = blocks.find(blocks.oldAddress(block), block);
    if (blocks.owner(block) > block || found >= blocks.length) throw new Error(`block ${block} leads astray`);
  }
  return Promise.resolve();
}

/** All errors that came up, those inside of a file that could be opened included. */
const seen = new Set<string>();

async function named(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return 'ok';
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!NAMED.test(code)) throw error;
    seen.add(code);
    return code;
  }
}

describe('fuzzed files', () => {
  it(
    `are read or refused by name, ${INPUTS} of them, without a crash, a hang, or memory above 256 MiB`,
    async () => {
      const seeds = variants.map(({ header }) => seedOf(header));
      const outcomes = new Map<string, number>();
      let pastHeader = 0;
      // Thousands of errors a second are the point here; nobody looks at where they come from.
      const { stackTraceLimit } = Error;
      onTestFinished(() => {
        Error.stackTraceLimit = stackTraceLimit;
      });
      Error.stackTraceLimit = 0;
      for (let input = 0; input < INPUTS; input += 1) {
        const random = seededRandom(input);
        const seed = seeds[input % seeds.length]!;
        const kind = input % 20;
        const bytes = kind === 0 ? randomBytes(random) : kind === 1 ? compressed(seed, random) : mutate(seed, random);
        const outcome = await named(async () => {
          const visitor = random() < 0.5 ? visitorOf : undefined;
          await using file = await openBlendFile(bytes, { dnaCache, visitor, name: `input ${input}` });
          await walk(file, random);
        });
        if (input % 8 === 2) await named(() => scanInPieces(bytes, 1 + below(random, 100)));
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        if (!/HEADER|FORMAT|COMPRESSION/.test(outcome)) pastHeader += 1;
      }
      expect(pastHeader).toBeGreaterThan(INPUTS / 2);
      expect([...outcomes.keys()]).toEqual(
        expect.arrayContaining(['ok', 'ERR_SDNA_INVALID', 'ERR_FILE_BLOCK_INVALID']),
      );
      expect([...seen]).toEqual(expect.arrayContaining(REACHED));
      expect(process.resourceUsage().maxRSS * 1024).toBeLessThan(MOST_RSS_BYTES);
    },
    tierCount({ push: 300_000, nightly: 3_000_000 }),
  );
});
