import type { AbortOptions } from '@waybill/common';
import { DigestSet } from '../state/digest-set.ts';
import type { MarkProblem } from './collector.ts';
import type { ReferenceSource } from './reference-source.ts';

/** What is referred to. Complete only without problems. */
export interface Mark {
  readonly digests: DigestSet;
  readonly links: number;
  readonly problems: readonly MarkProblem[];
}

/** Asks all sources, also after one has failed, so that one report names all that is wrong. */
export async function markReferences(sources: readonly ReferenceSource[], options: AbortOptions = {}): Promise<Mark> {
  const digests = new DigestSet();
  const problems: MarkProblem[] = [];
  let links = 0;
  for (const source of sources) {
    try {
      links += await source.collect(digests, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      problems.push({ source: source.name, error });
    }
  }
  return { digests, links, problems };
}
