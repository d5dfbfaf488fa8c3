import { type CarStore, CidParts, type CidBytes, CODEC_RAW, readCid, type SnapshotMetadata } from '@waybill/car';

/** What is wrong with the metadata of a snapshot v2, and with where its blocks stand (FRC-0108). Hashes are not looked at. */
export function metadataProblems(store: CarStore, metadata: SnapshotMetadata | undefined): string[] {
  if (metadata === undefined) return [];
  const { version, f3Data } = metadata;
  const [root] = store.roots;
  return [
    version === 2 ? undefined : `the metadata is of version ${version}, 2 is known`,
    root === undefined || isAt(store, root, 0) ? undefined : 'the metadata is not the first block',
    f3Data === undefined ? undefined : f3Problem(store, f3Data),
  ].filter((problem) => problem !== undefined);
}

function f3Problem(store: CarStore, cid: CidBytes): string | undefined {
  const parts = new CidParts();
  readCid(cid, 0, cid.length, parts);
  if (parts.codec !== CODEC_RAW) return `the F3 data has the codec 0x${parts.codec.toString(16)}, raw (0x55) is known`;
  if (store.find(cid, 0, cid.length) < 0) return 'the F3 data that the metadata names is not in the file';
  return isAt(store, cid, 1) ? undefined : 'the F3 data is not the second block';
}

function isAt(store: CarStore, cid: CidBytes, ordinal: number): boolean {
  return store.find(cid, 0, cid.length) === ordinal;
}
