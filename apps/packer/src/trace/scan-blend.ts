import { type BlendFile, type Dna, isDatablockCode, parseBlockCode } from '@waybill/blendfile';
import { BlendScan, type BlendScanInit } from './blend-scan.ts';
import { DatablockWalk } from './datablock-walk.ts';
import { findNamed } from './find-named.ts';
import { LinkCollector } from './link-collector.ts';
import type { Rule } from './rules/rule.ts';
import { RULES } from './rules/rules.ts';
import { scanLibraries } from './scan-libraries.ts';
import type { FoundUsage } from './usage.ts';

const PLACEHOLDER = parseBlockCode('ID');
const LIBRARY = parseBlockCode('LI');

/** Which datablocks of a file matter: all of the one that was asked for; of a library, by the names with their two letters (latin1). */
export type WantedDatablocks = 'all' | ReadonlySet<string>;

/**
 * Everything that datablocks of one .blend file refer to, in the order of the file, libraries last. Nothing is looked up on disk.
 * @throws Errors of `@waybill/blendfile`; the signal's reason
 */
export async function scanBlend(init: BlendScanInit, wanted: WantedDatablocks): Promise<FoundUsage[]> {
  const scan = new BlendScan(init);
  const links = new LinkCollector(scan);
  const rules = rulesOf(scan.file.dna);
  const { blocks } = scan.file;
  for (const block of wanted === 'all' ? allBlocks(scan.file, rules) : await reachedBlocks(scan, wanted, rules)) {
    const turn = scan.step(block);
    if (turn !== undefined) await turn;
    if (init.captured?.isDismissed(block) === true) continue;
    const code = blocks.codeWord(block);
    if (code === LIBRARY) links.addLibrary(block);
    else if (code === PLACEHOLDER) await links.addPlaceholder(block);
    else await apply(rules[blocks.sdnaIndex(block)], block, scan);
  }
  return [...scan.found, ...(await scanLibraries(scan, links))];
}

/** Only what a rule wants to see, and what stands for libraries. */
function* allBlocks({ blocks }: BlendFile, rules: StructRules): Generator<number, void, undefined> {
  let isOwned = false;
  for (let block = 0; block < blocks.length; block += 1) {
    const code = blocks.codeWord(block);
    if (code !== DATA) isOwned = isDatablockCode(code);
    if (isOwned && (rules[blocks.sdnaIndex(block)] !== undefined || code === LIBRARY || code === PLACEHOLDER))
      yield block;
  }
}

const DATA = parseBlockCode('DATA');

async function reachedBlocks(scan: BlendScan, wanted: ReadonlySet<string>, rules: StructRules): Promise<number[]> {
  const walk = new DatablockWalk(scan.file, scan.options);
  for (const block of await findNamed(scan, wanted)) walk.reach(block);
  const { blocks } = scan.file;
  const isWanted = (block: number): boolean =>
    rules[blocks.sdnaIndex(block)] !== undefined || blocks.codeWord(block) === PLACEHOLDER;
  return await walk.blocks(isWanted);
}

async function apply(rules: readonly Rule[] | undefined, block: number, scan: BlendScan): Promise<void> {
  if (rules === undefined) return;
  const count = scan.file.elementCount(block);
  for (let element = 0; element < count; element += 1) {
    const turn = element === 0 ? undefined : scan.step(block);
    if (turn !== undefined) await turn;
    const view = await scan.view(block, element);
    for (const rule of rules) await rule(view, scan);
  }
}

/** By SDNA index. */
type StructRules = readonly (readonly Rule[] | undefined)[];

const rulesOfDna = new WeakMap<Dna, StructRules>();

function rulesOf(dna: Dna): StructRules {
  let rules = rulesOfDna.get(dna);
  if (rules === undefined) {
    const made: (readonly Rule[] | undefined)[] = [];
    for (const [name, each] of RULES) {
      const index = dna.findStruct(name)?.index ?? 0;
      // Index 0 stands for bytes without a struct.
      if (index > 0) made[index] = each;
    }
    rulesOfDna.set(dna, (rules = made));
  }
  return rules;
}
