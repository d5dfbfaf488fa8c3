import { faultyFileHandle } from '@waybill/test-kit';
import { describe, expect, test } from 'vitest';
import { type WritableFile, writeAll, writeAllSync } from '../src/write-all.ts';
import { WriteStalledError } from '../src/write-errors.ts';

const bytes = Uint8Array.from({ length: 100 }, (_, at) => at);

describe('writeAll', () => {
  test('goes on after a short write, where a single write reports success', async () => {
    const naive = faultyFileHandle({ writes: [40] });
    await expect(naive.write(bytes, 0, 100)).resolves.toEqual({ bytesWritten: 40 });

    const file = faultyFileHandle({ writes: [40, 1] });
    await writeAll(file, bytes);
    expect(file.content).toEqual(Buffer.from(bytes));
    expect(file.calls).toBe(3);
  });

  test('reports a disk that fills in the middle', async () => {
    const file = faultyFileHandle({ failAt: 64 });
    await expect(writeAll(file, bytes)).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(file.content).toHaveLength(64);
  });

  test.each([0, -1, Number.NaN, 101])(
    'refuses a system that claims to have accepted %d of 100 bytes',
    async (bytesWritten) => {
      const file: WritableFile = { write: () => Promise.resolve({ bytesWritten }) };
      await expect(writeAll(file, bytes)).rejects.toThrow(WriteStalledError);
    },
  );

  test('says how far it came when the system accepts nothing more', async () => {
    const file = faultyFileHandle({ writes: [40, 0] });
    await expect(writeAll(file, bytes)).rejects.toMatchObject({
      writtenBytes: 40,
      sizeBytes: 100,
      code: 'ERR_WRITE_STALLED',
    });
  });

  test.each(['EINTR', 'EAGAIN'])('gives up after 16 times %s in a row', async (code) => {
    const patient = faultyFileHandle({ writes: Array.from({ length: 16 }, () => code) });
    await writeAll(patient, bytes);
    expect(patient.content).toHaveLength(100);

    const stuck = faultyFileHandle({ writes: Array.from({ length: 17 }, () => code) });
    await expect(writeAll(stuck, bytes)).rejects.toMatchObject({ code: 'ERR_WRITE_STALLED', cause: { code } });
  });

  test('writes at the position that it is given', async () => {
    const positions: unknown[] = [];
    const write = (_bytes: Uint8Array, _offset: number, _length: number, position?: number | null) => {
      positions.push(position);
      return Promise.resolve({ bytesWritten: 50 });
    };
    await writeAll({ write }, bytes, { position: 1000 });
    expect(positions).toEqual([1000, 1050]);
  });

  test('writes nothing for no bytes', async () => {
    const file = faultyFileHandle();
    await writeAll(file, new Uint8Array());
    expect(file.calls).toBe(0);
  });

  test('stops between two writes when aborted, with the reason of the signal', async () => {
    const controller = new AbortController();
    const file = faultyFileHandle({ writes: [10, 10] });
    const write: WritableFile['write'] = async (...args) => {
      const result = await file.write(...args);
      if (file.calls === 2) controller.abort(new Error('enough'));
      return result;
    };
    await expect(writeAll({ write }, bytes, { signal: controller.signal })).rejects.toThrow('enough');
    expect(file.content).toHaveLength(20);
  });

  test('refuses text, which Node would write at the wrong place', async () => {
    const file = faultyFileHandle();
    await expect(writeAll(file, 'text' as unknown as Uint8Array)).rejects.toThrow(TypeError);
    expect(file.calls).toBe(0);
  });
});

describe('writeAllSync', () => {
  test('refuses a system that accepts nothing', () => {
    expect(() => writeAllSync(1, bytes, () => 0)).toThrow(WriteStalledError);
  });
});
