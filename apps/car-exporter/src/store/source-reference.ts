import { UsageInvalidError } from '@waybill/cli-kit';

/** What `--from` names. */
export type SourceReference =
  | { readonly kind: 'car'; readonly paths: readonly string[] }
  | { readonly kind: 'lmdb' | 'flatfs'; readonly path: string }
  | { readonly kind: 'node'; readonly address: string };

const FOLDER = /^(lmdb|flatfs):(.+)$/s;
/** `http://…`, `/ip4/…`, `/dns/…`, and the same with a token in front, as Lotus has it in FULLNODE_API_INFO. */
const NODE = /^(?:[\w.~+/=-]+:)?(?:https?:\/\/|\/(?:ip4|ip6|dns|dns4|dns6)\/[^/]+\/tcp\/)/;

/**
 * Tells `lmdb:DIR`, `flatfs:DIR` and the address of a node from paths of CAR files. A CAR file whose name looks like one of
 * them is written `./NAME`.
 * @throws UsageInvalidError where several sources are mixed.
 */
export function parseSourceReference(from: readonly string[]): SourceReference {
  const others = from.map(parseOther).filter((reference) => reference !== undefined);
  const [only] = others;
  if (only === undefined) return { kind: 'car', paths: from };
  if (from.length > 1) throw new UsageInvalidError('--from takes several CAR files, or one source of another kind');
  return only;
}

function parseOther(text: string): SourceReference | undefined {
  if (NODE.test(text)) return { kind: 'node', address: text };
  const [, kind, path] = FOLDER.exec(text) ?? [];
  return path === undefined ? undefined : { kind: kind === 'lmdb' ? 'lmdb' : 'flatfs', path };
}
