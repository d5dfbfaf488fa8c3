/** What a reader accepts; each is checked before anything is reserved. */
export interface CarLimits {
  /** Bytes of a CARv1 header; default 32 MiB, as go-car has it. */
  maxHeaderBytes: number;
  /** Bytes of a section (CID and data). Default 8 MiB, as go-car has it; the F3 data of a snapshot v2 may need more. */
  maxSectionBytes: number;
}

export const carLimits: Readonly<CarLimits> = {
  maxHeaderBytes: 32 * 1024 * 1024,
  maxSectionBytes: 8 * 1024 * 1024,
};

/** No CID in use comes near; identity CIDs, which hold their content, are refused above it. */
export const MOST_CID_BYTES = 512;
