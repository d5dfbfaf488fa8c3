import type { AbortOptions } from '@waybill/common';
import type { TsPart } from '../mpeg-ts/fix-timestamps.ts';
import type { CutPiece } from '../plan/cut-pieces.ts';
import { isWhole } from '../plan/cut-pieces.ts';
import type { CutSource } from '../segment-content.ts';
import { segmentContent, segmentPath } from '../segment-content.ts';
import { encodePiece } from './encode-piece.ts';

/** Whole segments as they are; what is cut inside is encoded when its turn comes. With the first of them a range begins. */
export async function* pieceParts(
  source: CutSource,
  pieces: Iterable<CutPiece>,
  program: string,
  options: AbortOptions = {},
): AsyncGenerator<TsPart, void, undefined> {
  let isCut = true;
  for (const piece of pieces) {
    await Promise.resolve();
    const { segment } = piece;
    const content = isWhole(piece)
      ? segmentContent(source, segment, options)
      : encodePiece(source, piece, program, options);
    yield { content, name: segmentPath(source, segment), isCut };
    isCut = false;
  }
}
