import { createMemoryBlobStore, formatBlobKey } from '@waybill/blob-store';
import type { BlobKey } from '@waybill/blob-store';
import { describe, expect, it } from 'vitest';
import type { ClaimBoard } from '../../src/uploads/claim-board.ts';
import { createLocalUploadCoordinator } from '../../src/uploads/local-upload-coordinator.ts';
import { createSharedUploadCoordinator } from '../../src/uploads/shared-upload-coordinator.ts';
import { makeFile } from './support.ts';

const { key, content } = makeFile(1);

/** One table, seen by several replicas. */
function boardsOf(...replicas: string[]): ClaimBoard[] {
  const held = new Map<string, string>();
  return replicas.map((replica) => ({
    acquire: (wanted: BlobKey) => {
      const blob = formatBlobKey(wanted);
      if ((held.get(blob) ?? replica) !== replica) return Promise.resolve(undefined);
      held.set(blob, replica);
      return Promise.resolve({ release: () => Promise.resolve(void held.delete(blob)) });
    },
    areHeldElsewhere: (keys) =>
      Promise.resolve(keys.map((wanted) => (held.get(formatBlobKey(wanted)) ?? replica) !== replica)),
    close: () => Promise.resolve(),
  }));
}

function twoReplicas(patience = {}) {
  const store = createMemoryBlobStore();
  const [one, two] = boardsOf('one', 'two').map((board) =>
    createSharedUploadCoordinator({
      board,
      store,
      local: createLocalUploadCoordinator(patience),
      pollMs: 5,
      ...patience,
    }),
  );
  return { store, one: one!, two: two! };
}

describe('the upload coordinators of two replicas', () => {
  it('let one upload through, and tell the other replica when the file is there', async () => {
    const { store, one, two } = twoReplicas();
    const turn = await one.begin(key);
    const other = two.begin(key);
    expect(await two.areUploading([key])).toEqual([true]);
    await store.put(key, content);
    if (turn.kind === 'claimed') turn.claim.end('stored');
    expect((await other).kind).toBe('stored');
    expect(await two.areUploading([key])).toEqual([false]);
  });

  it('hand the claim over when the upload fails', async () => {
    const { one, two } = twoReplicas();
    const turn = await one.begin(key);
    const other = two.begin(key);
    if (turn.kind === 'claimed') turn.claim.end('failed');
    expect((await other).kind).toBe('claimed');
  });

  it('defer who can be deferred, and let the others upload beside it in the end', async () => {
    const { one, two } = twoReplicas({ deferrableMs: 20, patientMs: 40 });
    await one.begin(key);
    expect((await two.begin(key, { canDefer: true })).kind).toBe('deferred');
    expect((await two.begin(key)).kind).toBe('claimed');
  });

  it('go on without a board that does not answer', async () => {
    const errors: unknown[] = [];
    const fail = () => Promise.reject(new Error('no database'));
    const coordinator = createSharedUploadCoordinator({
      board: { acquire: fail, areHeldElsewhere: fail, close: () => Promise.resolve() },
      store: createMemoryBlobStore(),
      local: createLocalUploadCoordinator(),
      onBoardError: (error) => errors.push(error),
    });
    expect((await coordinator.begin(key)).kind).toBe('claimed');
    expect(await coordinator.areUploading([key, makeFile(2).key])).toEqual([true, false]);
    expect(errors).toHaveLength(2);
  });

  it('give the claim back when the client goes away while it waits', async () => {
    const { one, two } = twoReplicas();
    const turn = await one.begin(key);
    const controller = new AbortController();
    const waiting = two.begin(key, { signal: controller.signal });
    controller.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    expect(two.list()).toEqual([]);
    if (turn.kind === 'claimed') turn.claim.end('failed');
    expect((await two.begin(key)).kind).toBe('claimed');
  });
});
