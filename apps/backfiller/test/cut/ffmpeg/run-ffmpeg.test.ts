import { temporaryDirectory } from '@waybill/test-kit';
import { expect, it } from 'vitest';
import { runFfmpeg } from '../../../src/cut/ffmpeg/run-ffmpeg.ts';
import { fakeFfmpeg, isGroupAlive } from '../support/fake-ffmpeg.ts';

it('is killed where the signal fires while it is being started', async () => {
  await using directory = await temporaryDirectory();
  const { program, pids } = fakeFfmpeg(directory.path, 'sleep 600');
  const controller = new AbortController();
  const reason = new Error('left');
  const first = runFfmpeg({ program, args: [], inputs: [], signal: controller.signal }).next();
  controller.abort(reason);
  await expect(first).rejects.toBe(reason);
  expect(pids().filter(isGroupAlive)).toEqual([]);
});
