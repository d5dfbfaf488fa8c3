import type { StructView } from '@waybill/blendfile';
import type { BlendScan } from '../blend-scan.ts';
import type { FoundAsset } from '../found-asset.ts';
import { readPathText } from '../path-text.ts';
import type { Rule } from './rule.ts';

/** One row of the table: this field of this struct is a path of this kind. */
export interface PathField {
  readonly struct: string;
  /** The names that the field had over the versions, the current one first. */
  readonly fields: readonly [string, ...string[]];
  /** What the path stands for; `undefined`: nothing, as things are set in this struct. */
  readonly asset: (view: StructView, stored: Buffer, scan: BlendScan) => FoundAsset | undefined;
}

export function pathRule({ struct, fields, asset }: PathField): Rule {
  const via = `${struct}.${fields[0]}`;
  return async (view, scan) => {
    const text = await readPathText(view, fields, scan);
    const found = text && asset(view, text.stored, scan);
    if (text !== undefined && found !== undefined) {
      await scan.emit(view, { via, fields: [text.field], stored: text.stored, asset: found });
    }
  };
}
