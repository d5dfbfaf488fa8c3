import { createRequire } from 'node:module';
import type * as Undici from 'undici';

/** Loaded with the first client: it is a fifth of the start of a program that has one, and the others do without. */
export const loadUndici = (): typeof Undici => createRequire(import.meta.url)('undici') as typeof Undici;
