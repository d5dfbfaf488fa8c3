import type { StructView } from '@waybill/blendfile';

/** A number, or what stands for it where the version has no such field. */
export function numberOr(view: StructView, path: string, otherwise: number): number {
  const field = view.struct.findField(path);
  return field === undefined ? otherwise : view.number(field);
}

export function hasFlag(view: StructView, path: string, flag: number): boolean {
  return (numberOr(view, path, 0) & flag) !== 0;
}
