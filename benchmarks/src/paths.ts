import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

/** What node gets to run a built program as its users run it: the flag is that of its first line. */
export const BACKFILLER = ['--max-semi-space-size=4', path.join(root, 'apps/backfiller/dist/main.js')];
export const SHAMAN_SERVER = path.join(root, 'apps/shaman-server/dist/main.js');
export const CAR_EXPORTER = ['--max-semi-space-size=4', path.join(root, 'apps/car-exporter/dist/main.js')];
export const PACKER = path.join(root, 'apps/packer/dist/main.js');
export const RESULTS = path.join(root, 'benchmarks/results');
export const script = (name: string): string => path.join(import.meta.dirname, name);
