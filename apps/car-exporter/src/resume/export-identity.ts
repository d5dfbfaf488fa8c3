import { type CidBytes, formatCid } from '@waybill/car';
import type { ChainPart, ChainSource } from '../store/chain-source.ts';
import { VERSION } from '../version.ts';

/** What the bytes of an export depend on, in words: two exports with the same words have the same bytes. */
export type ExportIdentity = Readonly<Record<string, string>>;

export interface ExportIdentityInit extends ChainPart {
  readonly source: Pick<ChainSource, 'identity'>;
  readonly except?: ChainPart | undefined;
  readonly snapshotVersion: string;
  readonly f3Cid?: CidBytes | undefined;
}

export function identityOf(init: ExportIdentityInit): ExportIdentity {
  const { source, except, snapshotVersion, f3Cid } = init;
  return {
    // Another one may walk in another order.
    'version of this program': VERSION,
    head: textOf(init),
    'choice of blocks': init.rule.words,
    difference: except === undefined ? 'none' : `${textOf(except)} ${except.rule.words}`,
    'snapshot version': snapshotVersion,
    'F3 data': f3Cid === undefined ? 'none' : formatCid(f3Cid),
    source: source.identity,
  };
}

/** The first thing in which they differ; undefined for none. */
export function differenceOf(one: ExportIdentity, other: ExportIdentity): string | undefined {
  const names = [...Object.keys(one), ...Object.keys(other)];
  return names.find((name) => one[name] !== other[name]);
}

const textOf = ({ head }: ChainPart): string => head.map((cid) => formatCid(cid)).join();
