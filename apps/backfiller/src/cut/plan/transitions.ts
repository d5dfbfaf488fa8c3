import { CutInvalidError } from '../cut-errors.ts';
import type { Transition } from './cut-request.ts';

/** Filters of ffmpeg take names and expressions alike: only these names get through. They are those of its filter xfade. */
export const TRANSITIONS: ReadonlySet<string> = new Set([
  ...['fade', 'fadeblack', 'fadewhite', 'fadegrays', 'distance', 'dissolve', 'pixelize', 'radial', 'hblur'],
  ...['wipeleft', 'wiperight', 'wipeup', 'wipedown', 'wipetl', 'wipetr', 'wipebl', 'wipebr'],
  ...['slideleft', 'slideright', 'slideup', 'slidedown'],
  ...['smoothleft', 'smoothright', 'smoothup', 'smoothdown'],
  ...['circlecrop', 'rectcrop', 'circleopen', 'circleclose', 'vertopen', 'vertclose', 'horzopen', 'horzclose'],
  ...['diagtl', 'diagtr', 'diagbl', 'diagbr'],
  ...['hlslice', 'hrslice', 'vuslice', 'vdslice', 'squeezeh', 'squeezev', 'zoomin'],
]);

const LONGEST_MICROS = 60_000_000;

/** `TYPE,SECONDS`, or nothing for a hard cut. Throws CutInvalidError. */
export function parseTransition(text: string): Transition | null {
  if (text === '') return null;
  const [name = '', seconds = '', ...more] = text.split(',');
  if (!TRANSITIONS.has(name))
    throw new CutInvalidError(
      `Unknown transition ${JSON.stringify(name.slice(0, 40))}. Known are: ${[...TRANSITIONS].join(', ')}`,
    );
  const micros = /^\d+(\.\d*)?$|^\.\d+$/.test(seconds) ? Math.round(Number(seconds) * 1_000_000) : NaN;
  if (!(micros > 0 && micros <= LONGEST_MICROS) || more.length > 0)
    throw new CutInvalidError('A transition is TYPE,SECONDS with more than 0 and at most 60 seconds');
  return { name, micros };
}
