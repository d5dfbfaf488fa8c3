import { EXIT, type ProgramExitCodes } from '@waybill/cli-kit';

/** How the packer ends. 2 is what scripts look for: a pack that would lack something. */
export const PACKER_EXIT = { ok: 0, failed: 1, missing: 2, different: 3, usage: 64 } as const;

export const PACKER_EXIT_CODES: ProgramExitCodes = {
  replaced: new Map([
    [EXIT.usage, PACKER_EXIT.usage],
    [EXIT.incomplete, PACKER_EXIT.different],
  ]),
  meanings: new Map([
    [PACKER_EXIT.missing, 'files are missing (pack: nothing was written), or a path in a pack leads nowhere'],
    [PACKER_EXIT.different, 'diff: they differ; verify: a file in a pack is not what its manifest says'],
  ]),
};
