import { literally } from './file-search.ts';

/**
 * Where the number of the frame stands in a name:
 *
 *     last   the last digits before the extension, wherever they are: take_0001_left.png   (images, clips)
 *     end    digits right before the extension: smoke_0001.vdb                              (volumes, Alembic, USD)
 */
export type FramePlace = 'last' | 'end';

const PLACES: Readonly<Record<FramePlace, RegExp>> = {
  last: /^(.*?)(\d+)(\D*)$/s,
  end: /^(.*?)(\d+)()$/s,
};

/**
 * The names of all frames of a sequence, as an expression, from the name of one of them; `undefined` where it has no number.
 * A frame has as many digits as the one in the name; more, where the number needs more.
 */
export function framePattern(name: string, place: FramePlace): string | undefined {
  const dot = name.lastIndexOf('.');
  const stem = dot < 0 ? name : name.slice(0, dot);
  const [, head, digits, tail] = PLACES[place].exec(stem) ?? [];
  if (head === undefined || digits === undefined || tail === undefined) return undefined;
  const { length } = digits;
  const number = `-?(?:[0-9]{${length}}|[1-9][0-9]{${length},})`;
  return literally(head) + number + literally(tail + name.slice(stem.length));
}
