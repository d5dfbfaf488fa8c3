import type { BlobKey, BlobStore } from '@waybill/blob-store';
import { abortableSleep } from '@waybill/common';
import type { AbortOptions } from '@waybill/common';
import type { BoardClaim, ClaimBoard } from './claim-board.ts';
import type { BeginUploadOptions, UploadClaim, UploadCoordinator, UploadTurn } from './upload-coordinator.ts';
import { DEFAULT_PATIENCE } from './upload-patience.ts';
import type { UploadPatience } from './upload-patience.ts';

export interface SharedUploadCoordinatorInit extends Partial<UploadPatience> {
  /** Orders the uploads of this replica, so that only one of them asks the board. */
  local: UploadCoordinator;
  board: ClaimBoard;
  /** Where another replica's upload appears when it is done. */
  store: Pick<BlobStore, 'has'>;
  /** Milliseconds between two looks at another replica's upload. Default 250. */
  pollMs?: number | undefined;
  /** The board does not answer; the upload goes on without it. */
  onBoardError?: ((error: unknown) => void) | undefined;
}

/** The coordinator of several replicas: as the local one, and one claim per file on a board that all see. */
export function createSharedUploadCoordinator(init: SharedUploadCoordinatorInit): UploadCoordinator {
  const { local, board } = init;
  return {
    async begin(key, options = {}) {
      const turn = await local.begin(key, options);
      return turn.kind === 'claimed' ? await settle(init, key, turn.claim, options) : turn;
    },
    async areUploading(keys, options) {
      const here = await local.areUploading(keys, options);
      const elsewhere = await board.areHeldElsewhere(keys, options).catch((error: unknown) => {
        options?.signal?.throwIfAborted();
        init.onBoardError?.(error);
        return [];
      });
      return here.map((isUploading, index) => isUploading || elsewhere[index] === true);
    },
    list: () => local.list(),
    async close() {
      await local.close();
      await board.close();
    },
  };
}

/** Turns the claim of this replica into one of all replicas. While another one holds that, ours says to those here that it moves. */
async function settle(
  init: SharedUploadCoordinatorInit,
  key: BlobKey,
  claim: UploadClaim,
  { canDefer = false, patient = true, signal }: BeginUploadOptions,
): Promise<UploadTurn> {
  const { deferrableMs, patientMs } = { ...DEFAULT_PATIENCE, ...init };
  const deadline = performance.now() + (!canDefer ? patientMs : patient ? deferrableMs : 0);
  try {
    for (;;) {
      const held = await acquire(init, key, { signal });
      if (held !== undefined) return { kind: 'claimed', claim: withBoard(claim, held) };
      claim.advance(0);
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) return giveUp(claim, canDefer);
      await abortableSleep(Math.min(init.pollMs ?? 250, leftMs), { signal });
      if (await init.store.has(key, { signal })) {
        claim.end('stored');
        return { kind: 'stored' };
      }
    }
  } catch (error) {
    claim.end('failed');
    throw error;
  }
}

function giveUp(claim: UploadClaim, canDefer: boolean): UploadTurn {
  // Who cannot come back later uploads beside the other replica: the store takes both.
  if (!canDefer) return { kind: 'claimed', claim };
  claim.end('failed');
  return { kind: 'deferred' };
}

async function acquire(
  { board, onBoardError }: SharedUploadCoordinatorInit,
  key: BlobKey,
  options: AbortOptions,
): Promise<BoardClaim | undefined> {
  try {
    return await board.acquire(key, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    onBoardError?.(error);
    return { release: () => Promise.resolve() };
  }
}

function withBoard(claim: UploadClaim, held: BoardClaim): UploadClaim {
  return {
    storedElsewhere: claim.storedElsewhere,
    advance: (receivedBytes) => claim.advance(receivedBytes),
    end(outcome) {
      claim.end(outcome);
      void held.release();
    },
  };
}
