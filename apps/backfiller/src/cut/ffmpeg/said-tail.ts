import type { Readable } from 'node:stream';

/** The last lines of ffmpeg say what was wrong; a damaged stream can make it say megabytes before. */
const TAIL_BYTES = 4096;
const TAIL_LINES = 4;
const TAIL_CHARS = 600;

/** Reads a stream to its end, and keeps the end of it: as text of one line without control characters, fit for a log or an answer. */
export function saidTail(stream: Readable): () => string {
  let tail = Buffer.alloc(0);
  stream.on('data', (chunk: Buffer) => {
    tail = Buffer.concat([tail, chunk]).subarray(-TAIL_BYTES);
  });
  return () => {
    const lines = tail.toString('utf8').split(/[\r\n]+/);
    const clean = lines.map((line) => line.replaceAll(/[\p{C}\s]+/gu, ' ').trim()).filter((line) => line !== '');
    return clean.slice(-TAIL_LINES).join(' | ').slice(-TAIL_CHARS);
  };
}
