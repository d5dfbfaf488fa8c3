import { SeededNumbers } from './seeded-numbers.ts';

/** More than the window of zstd at level 3 (2 MiB), so that slices of the noise do not compress against each other. */
const NOISE_BYTES = 4_194_304;

let made: Uint8Array | undefined;

/** Bytes that look random, the same in every process; cut into slices, they cost a copy where a generator would cost a call for each. */
export function noise(): Uint8Array {
  made ??= makeNoise();
  return made;
}

function makeNoise(): Uint8Array {
  const numbers = new SeededNumbers(0x6e6f6973);
  const bytes = new Uint8Array(NOISE_BYTES);
  const view = new DataView(bytes.buffer);
  // Little-endian by name: the same bytes on a machine of the other order.
  for (let at = 0; at < NOISE_BYTES; at += 4) view.setUint32(at, numbers.next(), true);
  return bytes;
}
