import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { tempMark } from '@waybill/common';
import { temporaryDirectory } from '@waybill/test-kit';
import { expect, test } from 'vitest';
import { openFileSink, openStreamSink } from '../../src/output/export-sink.ts';

const bytes = Buffer.alloc(100_000, 1);

/** A pipe whose reader takes one write at each call of `read`. */
function slowStream(): { stream: Writable; read: () => void } {
  let taken = (): void => undefined;
  const stream = new Writable({
    write: (_chunk, _encoding, done) => {
      taken = done;
    },
  });
  return { stream, read: () => taken() };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('a write to a stream ends when the bytes have left it', async () => {
  const { stream, read } = slowStream();
  await using sink = openStreamSink(stream);
  let written = false;
  const writing = sink.write(bytes).then(() => (written = true));
  await turn();
  expect(written).toBe(false);
  read();
  await writing;
  expect(await sink.finish()).toEqual({ sizeBytes: bytes.length });
});

test('a write that nobody reads ends with the signal, and so do all after it', async () => {
  const { stream, read } = slowStream();
  const controller = new AbortController();
  await using sink = openStreamSink(stream, controller);
  const first = sink.write(bytes);
  read();
  await first;
  const stuck = sink.write(bytes);
  const reason = new Error('enough');
  controller.abort(reason);
  await expect(stuck).rejects.toBe(reason);
  await expect(sink.write(bytes)).rejects.toBe(reason);
});

test('a write fails where the stream does', async () => {
  const stream = new PassThrough();
  stream.on('error', () => undefined).destroy(new Error('gone'));
  await using sink = openStreamSink(stream);
  await expect(sink.write(bytes)).rejects.toThrow(Error);
});

test('a file that is there already is refused, and what a killed export has left beside it is gone', async () => {
  await using folder = await temporaryDirectory();
  const target = path.join(folder.path, 'out.car');
  writeFileSync(target, 'whole');
  // Of a process that had our number before us: killed between the file and its checksum.
  writeFileSync(path.join(folder.path, `.waybill.${tempMark().replace(/s\d+$/, 's1')}.3.temp`), 'half a checksum');
  const opened = openFileSink(target, { force: false, checksum: true, durability: 'none' });
  await expect(opened).rejects.toMatchObject({ code: 'ERR_FILE_EXISTS' });
  expect(readdirSync(folder.path)).toEqual(['out.car']);
});
