/**
 * A source of numbers in [0, 1) that gives the same row for the same seed, so that a failing test can be run again.
 * A Weyl sequence through the finaliser of MurmurHash3: good enough to spread test inputs, useless for secrets.
 */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let hash = state;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
  };
}
