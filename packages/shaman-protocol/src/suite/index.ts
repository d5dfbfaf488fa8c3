export { ACCEPTED_FILE_PATHS } from './accepted-paths.ts';
export { COLLIDING_PATHS } from './colliding-paths.ts';
export { HOSTILE_CHECKOUT_IDS, HOSTILE_CHECKOUT_PATHS } from './hostile-checkouts.ts';
export { HOSTILE_FILE_PATHS } from './hostile-paths.ts';
export { HOSTILE_SHAS, HOSTILE_SIZES } from './hostile-keys.ts';
