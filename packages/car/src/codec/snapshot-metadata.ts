import { CborInvalidError } from '../errors.ts';
import { cborHead, encodeLink } from './car-header.ts';
import { CborReader } from './cbor-reader.ts';
import type { CidBytes } from './cid.ts';

/** The first block of a snapshot v2, and its only root: FRC-0108. */
export interface SnapshotMetadata {
  /** 2. */
  readonly version: number;
  /** The head: what the roots of a snapshot v1 are. */
  readonly headTipsetKey: readonly CidBytes[];
  /** The F3 snapshot, which is the second block then, as raw data of any size. */
  readonly f3Data: CidBytes | undefined;
}

const FIELDS = 3;
const MOST_HEADS = 65_536;

/**
 * Decodes a map of three. Whoever asks whether a CAR is a snapshot v2 tries this with its only root, and takes an error
 * for a no: a snapshot v1 may have a single root, too.
 * @throws CborInvalidError, CidInvalidError, CarTruncatedError, VarintInvalidError.
 */
export function decodeSnapshotMetadata(bytes: Uint8Array, start: number, end: number): SnapshotMetadata {
  const reader = new CborReader(bytes, start, end);
  const fields: { version?: number; heads?: CidBytes[]; f3Data?: CidBytes | null } = {};
  for (let left = reader.map('the metadata', FIELDS, FIELDS); left > 0; left -= 1) {
    const keyAt = reader.at;
    const key = reader.text('a key of the metadata');
    if (key === 'F3Data' && fields.f3Data === undefined) fields.f3Data = reader.takeNull() ? null : reader.link(key);
    else if (key === 'Version' && fields.version === undefined) fields.version = reader.integer(key);
    else if (key === 'HeadTipsetKey' && fields.heads === undefined) fields.heads = reader.links(key, MOST_HEADS);
    else throw new CborInvalidError(keyAt, `the metadata has ${JSON.stringify(key.slice(0, 40))}`);
  }
  if (reader.at !== end) throw new CborInvalidError(reader.at, `${end - reader.at} bytes follow the metadata`);
  const { version = 0, heads = [], f3Data } = fields;
  return { version, headTipsetKey: heads, f3Data: f3Data ?? undefined };
}

/** The content of the block, keys by length, as DAG-CBOR has it. */
export function encodeSnapshotMetadata({ version, headTipsetKey, f3Data }: SnapshotMetadata): Uint8Array {
  const parts = [
    cborHead(5, FIELDS),
    ...text('F3Data'),
    ...(f3Data === undefined ? [Buffer.of(0xf6)] : encodeLink(f3Data)),
    ...text('Version'),
    cborHead(0, version),
    ...text('HeadTipsetKey'),
    cborHead(4, headTipsetKey.length),
    ...headTipsetKey.flatMap(encodeLink),
  ];
  return new Uint8Array(Buffer.concat(parts));
}

function text(value: string): Uint8Array[] {
  return [cborHead(3, value.length), Buffer.from(value, 'latin1')];
}
