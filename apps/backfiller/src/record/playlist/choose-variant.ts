import type { MasterPlaylist, Variant } from './master-playlist.ts';
import { QualityMissingError } from './playlist-errors.ts';

/** The name that wubloader gives to the stream as it was sent. */
const SOURCE = 'source';
/** What Twitch calls it. */
const CHUNKED = 'chunked';
const RESOLUTION = /^(\d+)p(\d+)?$/i;
/** `480p` asks for no particular rate: the ordinary one comes first. */
const ORDINARY_FRAME_RATE = 30.5;

/**
 * The variant that a quality names: `source` is `chunked`, or the best one; others are a NAME, a VIDEO group, or `480p`, `720p60` by resolution and
 * frame rate. Those whose sound is not in them come last. Throws QualityMissingError.
 */
export function chooseVariant({ variants }: MasterPlaylist, quality: string): Variant {
  const withSound = variants.filter(({ isSoundApart }) => !isSoundApart);
  const chosen = [withSound, variants].map((some) => chooseOf(some, quality)).find((one) => one !== undefined);
  if (chosen === undefined) throw new QualityMissingError(quality, variants.map(describe));
  return chosen;
}

function chooseOf(variants: readonly Variant[], quality: string): Variant | undefined {
  return byName(variants, quality === SOURCE ? CHUNKED : quality) ?? byKind(variants, quality);
}

function byName(variants: readonly Variant[], wanted: string): Variant | undefined {
  const isWanted = (text: string | undefined): boolean => text?.toLowerCase() === wanted.toLowerCase();
  return best(variants.filter(({ name, video }) => isWanted(video) || isWanted(name)));
}

function byKind(variants: readonly Variant[], quality: string): Variant | undefined {
  if (quality === SOURCE) return best(variants);
  const [, height, rate] = RESOLUTION.exec(quality) ?? [];
  const sameHeight = variants.filter((variant) => variant.height === Number(height));
  if (rate !== undefined)
    return best(sameHeight.filter(({ frameRate = 30 }) => Math.round(frameRate) === Number(rate)));
  return best(sameHeight.filter(({ frameRate = 30 }) => frameRate < ORDINARY_FRAME_RATE)) ?? best(sameHeight);
}

/** Of equals the first: that is what a master playlist's order means. */
function best(variants: readonly Variant[]): Variant | undefined {
  return variants.reduce<Variant | undefined>(
    (kept, one) => (kept === undefined || one.bandwidth > kept.bandwidth ? one : kept),
    undefined,
  );
}

function describe({ name, video, height, bandwidth }: Variant): string {
  return name ?? video ?? (height === undefined ? `${bandwidth} bit/s` : `${height}p`);
}
