import { describe, expect, it, vi } from 'vitest';
import { createLocalUploadCoordinator } from '../../src/uploads/local-upload-coordinator.ts';
import type { UploadClaim, UploadCoordinator, UploadTurn } from '../../src/uploads/upload-coordinator.ts';
import { makeFile } from './support.ts';

const { key } = makeFile(1);

async function claimOf(turn: Promise<UploadTurn>): Promise<UploadClaim> {
  const settled = await turn;
  if (settled.kind !== 'claimed') throw new Error(`the turn is ${settled.kind}`);
  return settled.claim;
}

/** Resolves when every turn that can be decided now has been. */
const idle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the upload coordinator of one process', () => {
  it('lets the first upload of a file through at once', async () => {
    const coordinator = createLocalUploadCoordinator();
    expect((await coordinator.begin(key)).kind).toBe('claimed');
    expect((await coordinator.begin(makeFile(2).key)).kind).toBe('claimed');
  });

  it('tells two hundred that wait that the file is there, and not before it is', async () => {
    const coordinator = createLocalUploadCoordinator();
    const claim = await claimOf(coordinator.begin(key));
    let told = 0;
    const turns = Array.from({ length: 200 }, async () => {
      const turn = await coordinator.begin(key);
      told += 1;
      return turn.kind;
    });
    await idle();
    expect(told).toBe(0);
    claim.end('stored');
    expect(await Promise.all(turns)).toEqual(Array.from({ length: 200 }, () => 'stored'));
    expect(coordinator.list()).toEqual([]);
  });

  it('hands the claim of one that failed to the one that has waited longest', async () => {
    const coordinator = createLocalUploadCoordinator();
    const claim = await claimOf(coordinator.begin(key));
    const turns = [1, 2, 3].map(() => coordinator.begin(key));
    claim.end('failed');
    const second = await claimOf(turns[0]!);
    let laterIsDecided = false;
    void turns[1]!.then(() => (laterIsDecided = true));
    await idle();
    expect(laterIsDecided).toBe(false);
    second.end('stored');
    expect((await turns[1]!).kind).toBe('stored');
    expect((await turns[2]!).kind).toBe('stored');
  });

  it('defers a client that can, once the other upload takes longer than it is worth waiting for', async () => {
    const coordinator = createLocalUploadCoordinator({ deferrableMs: 20 });
    const claim = await claimOf(coordinator.begin(key));
    expect((await coordinator.begin(key, { canDefer: true })).kind).toBe('deferred');
    claim.end('stored');
  });

  it('does not defer where the other upload is over within the patience', async () => {
    const coordinator = createLocalUploadCoordinator({ deferrableMs: 5000 });
    const claim = await claimOf(coordinator.begin(key));
    const turn = coordinator.begin(key, { canDefer: true });
    claim.end('stored');
    expect((await turn).kind).toBe('stored');
  });

  it('never defers because of an upload on which nothing moves', async () => {
    let nowMs = 0;
    const coordinator = createLocalUploadCoordinator({ stalledMs: 1000, now: () => nowMs });
    const stalled = await claimOf(coordinator.begin(key));
    nowMs = 999;
    expect(await coordinator.areUploading([key])).toEqual([true]);
    nowMs = 1000;
    expect(await coordinator.areUploading([key])).toEqual([false]);
    const second = await claimOf(coordinator.begin(key, { canDefer: true }));
    second.end('stored');
    expect(stalled.storedElsewhere.aborted).toBe(true);
  });

  it('goes on waiting for an upload that moves', async () => {
    let nowMs = 0;
    const coordinator = createLocalUploadCoordinator({ stalledMs: 60, now: () => nowMs });
    const claim = await claimOf(coordinator.begin(key));
    const turn = coordinator.begin(key);
    for (let step = 0; step < 8; step++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      nowMs += 20;
      claim.advance(10);
    }
    expect(coordinator.list()).toMatchObject([{ receivedBytes: 80, waiting: 1 }]);
    claim.end('stored');
    expect((await turn).kind).toBe('stored');
  });

  it('lets one that cannot defer upload beside the other when its patience ends', async () => {
    const coordinator = createLocalUploadCoordinator({ patientMs: 10 });
    const first = await claimOf(coordinator.begin(key));
    const second = await claimOf(coordinator.begin(key));
    expect(coordinator.list()).toHaveLength(2);
    first.end('failed');
    expect(second.storedElsewhere.aborted).toBe(false);
    second.end('stored');
    expect(coordinator.list()).toEqual([]);
  });

  it('forgets one that no longer wants to wait', async () => {
    const coordinator = createLocalUploadCoordinator();
    const claim = await claimOf(coordinator.begin(key));
    const controller = new AbortController();
    const given = coordinator.begin(key, { signal: controller.signal });
    const patient = coordinator.begin(key);
    controller.abort(new Error('gone'));
    await expect(given).rejects.toThrow('gone');
    claim.end('failed');
    expect((await patient).kind).toBe('claimed');
  });

  it('counts the end of a claim once', async () => {
    const coordinator: UploadCoordinator = createLocalUploadCoordinator();
    const claim = await claimOf(coordinator.begin(key));
    claim.end('failed');
    const next = await claimOf(coordinator.begin(key));
    claim.end('stored');
    expect(next.storedElsewhere.aborted).toBe(false);
    expect(await coordinator.areUploading([key, makeFile(9).key])).toEqual([true, false]);
  });

  it('leaves no timer behind', async () => {
    vi.useFakeTimers();
    try {
      const coordinator = createLocalUploadCoordinator();
      const claim = await claimOf(coordinator.begin(key));
      const turn = coordinator.begin(key);
      expect(vi.getTimerCount()).toBe(1);
      claim.end('stored');
      await turn;
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});
