import type { BlendHeader } from '../../src/index.ts';

export interface Variant {
  readonly name: string;
  readonly header: BlendHeader;
}

/** Every layout that a .blend file can have. */
export const variants: readonly Variant[] = [
  ...[
    { name: '2.49, 32 bit, little endian', pointerBytes: 4, littleEndian: true, version: 249 } as const,
    { name: '2.49, 32 bit, big endian', pointerBytes: 4, littleEndian: false, version: 249 } as const,
    { name: '2.79, 64 bit, little endian', pointerBytes: 8, littleEndian: true, version: 279 } as const,
    { name: '2.79, 64 bit, big endian', pointerBytes: 8, littleEndian: false, version: 279 } as const,
  ].map(({ name, ...header }) => ({ name, header: { ...header, formatVersion: 0 } as const })),
  { name: '5.0', header: { formatVersion: 1, pointerBytes: 8, littleEndian: true, version: 500 } },
];
