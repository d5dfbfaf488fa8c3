import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

/** The built program, as its users run it. */
export const BACKFILLER = path.join(root, 'apps/backfiller/dist/main.js');
export const RESULTS = path.join(root, 'benchmarks/results');
export const script = (name: string): string => path.join(import.meta.dirname, name);
