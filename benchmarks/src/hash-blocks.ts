// node hash-blocks.ts CAR: reads a CAR from front to back and compares the hash of every block; nothing else.
import { createReadStream } from 'node:fs';
import { CarScanner, createBlockVerifier } from '@waybill/car';

const [file = ''] = process.argv.slice(2);
const verifier = await createBlockVerifier();
let blocks = 0;
const scanner = new CarScanner({
  file,
  visitor: {
    header: () => undefined,
    frame: (bytes, _frameStart, cidStart, dataStart, end) => {
      verifier.verify(bytes, cidStart, dataStart, end);
      blocks += 1;
    },
  },
});
for await (const piece of createReadStream(file, { highWaterMark: 1024 * 1024 })) scanner.feed(piece as Buffer);
scanner.finish();
console.log(blocks);
