/** The F3 data of a snapshot v2 is one section, and larger than other CAR files may have (FRC-0108). */
export const SNAPSHOT_LIMITS = { maxSectionBytes: 1024 * 1024 * 1024 } as const;
