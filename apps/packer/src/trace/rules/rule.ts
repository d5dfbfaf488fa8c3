import type { StructView } from '@waybill/blendfile';
import type { BlendScan } from '../blend-scan.ts';

/** Finds the assets that a struct refers to; called once for each struct of its kind. */
export type Rule = (view: StructView, scan: BlendScan) => Promise<void>;
