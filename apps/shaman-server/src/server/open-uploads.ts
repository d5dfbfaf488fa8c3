import { randomUUID } from 'node:crypto';
import type { Logger } from '@waybill/http-kit';
import { createLocalUploadCoordinator } from '../uploads/local-upload-coordinator.ts';
import { openPostgresClaimBoard } from '../uploads/postgres-claim-board.ts';
import { createSharedUploadCoordinator } from '../uploads/shared-upload-coordinator.ts';
import type { UploadCoordinator } from '../uploads/upload-coordinator.ts';
import type { Storage } from './open-storage.ts';

/** The coordinator of this server, or of all servers that share a database. */
export async function openUploads({ store, database }: Storage, logger: Logger): Promise<UploadCoordinator> {
  const local = createLocalUploadCoordinator();
  if (database === undefined) return local;
  const onError = (error: unknown): void =>
    logger.warn({ err: error }, 'The database of upload claims does not answer');
  const board = await openPostgresClaimBoard({ database, replica: randomUUID(), onError });
  return createSharedUploadCoordinator({ local, board, store, onBoardError: onError });
}
