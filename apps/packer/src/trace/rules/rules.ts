import { idPropertyRule } from './id-property-rule.ts';
import { imageRule } from './image-rule.ts';
import { nodesBakeRule, nodesModifierRule } from './nodes-modifier-rule.ts';
import { pathRule } from './path-rule.ts';
import { PATH_TABLE } from './path-table.ts';
import { pointCacheRule } from './point-cache-rule.ts';
import type { Rule } from './rule.ts';
import { clipProxyRule, editingProxyRule } from './strip-proxy.ts';
import { stripRule } from './strip-rule.ts';

/** Structs that a rule of another one reads, too. */
const READ_WITH_OTHERS = [
  'StripData',
  'StripElem',
  'StripProxy',
  'ImageView',
  'ImageTile',
  'SceneRenderView',
  'ID',
  'IDPropertyUIDataString',
  'Library',
];

/** All rules of a struct, by its name. */
export const RULES: ReadonlyMap<string, readonly Rule[]> = collectRules();

/** Whether its bytes are worth keeping when they come by. */
export function isReadByRules(struct: string): boolean {
  return RULES.has(struct) || READ_WITH_OTHERS.includes(struct);
}

function collectRules(): Map<string, Rule[]> {
  const rules = new Map<string, Rule[]>();
  const add = (struct: string, rule: Rule): void => void rules.set(struct, [...(rules.get(struct) ?? []), rule]);
  for (const row of PATH_TABLE) add(row.struct, pathRule(row));
  add('IDProperty', idPropertyRule);
  add('Image', imageRule);
  add('Sequence', stripRule);
  add('Strip', stripRule);
  add('PointCache', pointCacheRule);
  add('NodesModifierData', nodesModifierRule);
  add('NodesModifierBake', nodesBakeRule);
  add('MovieClip', clipProxyRule);
  add('Editing', editingProxyRule);
  return rules;
}
