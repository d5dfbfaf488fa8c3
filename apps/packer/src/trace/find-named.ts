import { type BlendFile, parseBlockCode } from '@waybill/blendfile';
import type { BlendScan } from './blend-scan.ts';

const PLACEHOLDER = parseBlockCode('ID');
const LIBRARY = parseBlockCode('LI');
/** Screens have another code in their names than in their blocks since 2.80. */
const SCREEN_NAME = 'SR';
const SCREEN_BLOCK = 'SN';

/** The datablocks with these names, each with its two letters (latin1). */
export async function findNamed(scan: BlendScan, names: ReadonlySet<string>): Promise<number[]> {
  const { blocks } = scan.file;
  const codes = new Set(Array.from(names, (name) => parseBlockCode(codeOf(name))));
  const found: number[] = [];
  for (const block of blocks.datablocks()) {
    if (found.length === names.size) break;
    const code = blocks.codeWord(block);
    if (!codes.has(code) || code === PLACEHOLDER || code === LIBRARY) continue;
    if (names.has(lentName(scan.file, block) ?? (await scan.datablockOf(block)).name)) found.push(block);
  }
  return found;
}

/** The name, where it can be had without reading or copying anything. */
function lentName(file: BlendFile, block: number): string | undefined {
  const struct = file.structOf(block);
  const field = struct?.findField('id.name');
  if (struct === undefined || field?.type !== 'char' || file.elementCount(block, struct) === 0) return undefined;
  const bytes = file.lendBody(block, { offset: field.offset, lengthBytes: field.elementBytes * field.length });
  const end = bytes?.indexOf(0) ?? 0;
  return bytes && Buffer.from(bytes.buffer, bytes.byteOffset, end < 0 ? bytes.length : end).toString('latin1');
}

function codeOf(name: string): string {
  const code = name.slice(0, 2);
  return code === SCREEN_NAME ? SCREEN_BLOCK : code;
}
