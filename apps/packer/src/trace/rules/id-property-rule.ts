import type { DnaStruct, StructView } from '@waybill/blendfile';
import type { BlendScan } from '../blend-scan.ts';
import { THE_FILE } from '../file-search.ts';
import type { UsageField } from '../usage.ts';

/** `IDProperty.type` of a text. */
const TEXT = 0;
/** `PROP_FILEPATH` of `IDPropertyUIData.rna_subtype`. A directory (2) is no asset: what is in it, nobody says. */
const FILE_PATH = 1;

/**
 * Whether one of these structs is a text. Only what the rule passes over for certain is not: what cannot be judged is worth it.
 * @param struct `IDProperty`, as the file has it
 */
export function isWorthReading(structs: Uint8Array, struct: DnaStruct): boolean {
  const type = struct.findField('type');
  if (type?.elementBytes !== 1) return true;
  for (let at = type.offset; at < structs.length; at += struct.sizeBytes) if (structs[at] === TEXT) return true;
  return false;
}

/** A custom property, or an input of geometry nodes, whose text is said to be the path of a file. */
export async function idPropertyRule(property: StructView, scan: BlendScan): Promise<void> {
  if (property.number('type') !== TEXT || !scan.isSet(property, 'ui_data')) return;
  const shown = await scan.follow(property, 'ui_data');
  if (shown?.has('base.rna_subtype') !== true || shown.number('base.rna_subtype') !== FILE_PATH) return;
  const text = scan.file.target(property, 'data.pointer');
  const stored = text < 0 ? Buffer.alloc(0) : await scan.readText(text);
  if (stored.length === 0) return;
  const whole: UsageField = { role: 'path', block: text, bodyOffset: 0, struct: '', path: 'data', sizeBytes: Infinity };
  await scan.emit(property, {
    via: 'IDProperty.data',
    fields: [whole, lengthField(property, 'len'), lengthField(property, 'totallen')],
    stored,
    asset: { kind: 'file', search: THE_FILE },
  });
}

function lengthField({ block, bodyOffset, struct }: StructView, path: string): UsageField {
  return { role: 'length', block, bodyOffset, struct: struct.name, path, sizeBytes: Infinity };
}
