export interface BatDifference {
  /** Below blend/bat. */
  readonly files: readonly string[];
  readonly reason: string;
  /** References that only BAT 1.23 lists: `holder -> file`, or `missing -> file`. */
  readonly bat?: readonly string[];
  /** References that only we list. */
  readonly ours?: readonly string[];
  /** Neither can read it. */
  readonly bothFail?: true;
}

/** Where our answer is not that of BAT 1.23, and why. The test holds it exact: a new difference fails, and one that is gone, too. */
export const batDifferences: readonly BatDifference[] = [
  {
    files: ['corrupt_only_magic.blend'],
    reason: 'The file ends after its header: an error for both.',
    bothFail: true,
  },
  {
    files: ['T53562/bam_pack_bug.blend'],
    reason:
      'Its particles say that they are baked on disk, and there is no frame of them: we list that as missing, BAT says nothing.',
    ours: ['missing -> T53562/blendcache_bam_pack_bug'],
  },
];
