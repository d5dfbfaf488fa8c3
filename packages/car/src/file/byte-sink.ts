/** Where bytes go; an `AtomicWriter` of `@waybill/common` is one. Calls do not overlap. */
export interface ByteSink {
  /** Resolves when it may be called again; may keep `bytes` until then. */
  write(bytes: Uint8Array): Promise<void>;
}
