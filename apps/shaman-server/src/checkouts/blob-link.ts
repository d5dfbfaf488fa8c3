/** What a link into a blob store says about its blob. */
export interface BlobLink {
  /** 64 lower-case hex digits. */
  readonly sha: string;
  readonly sizeBytes: number;
}

/** `…/stored/<sha[0:2]>/<sha[2:]>/<size>.blob`, the layout of the originals (spec 1.1, 1.2) and of ours. */
const BLOB_PATH = /(?:^|\/)([0-9a-f]{2})\/([0-9a-f]{62})\/([0-9]{1,16})\.blob$/;

/**
 * Reads the blob from the path that a link points to. The text alone decides: it says the same whether the store is
 * reached by its real path, through symbolic links or by another mount, and also where the link leads nowhere.
 */
export function parseBlobLink(target: string): BlobLink | undefined {
  const [, head, tail, size] = BLOB_PATH.exec(target) ?? [];
  return head === undefined || tail === undefined ? undefined : { sha: head + tail, sizeBytes: Number(size) };
}
