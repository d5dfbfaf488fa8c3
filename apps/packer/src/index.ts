export { memoryDigestCache } from './cache/digest-cache.ts';
export { defaultStateDirectory, openCaches } from './cache/open-caches.ts';
export { execute } from './execute/execute.ts';
export { AssetsMissingError } from './execute/assets-missing-error.ts';
export { SourceChangedError } from './execute/read-source.ts';
export { formatPath } from './paths/format-path.ts';
export { AssetPathFixedError, AssetPathTooLongError, ProjectRootInvalidError } from './plan/plan-errors.ts';
export { plan } from './plan/plan-pack.ts';
export { createListing, listingSchema } from './report/listing.ts';
export { packManifestSchema } from './report/pack-manifest.ts';
export { createReport, packReportSchema } from './report/pack-report.ts';
export { openTarget } from './targets/open-target.ts';
export { ObjectMismatchError } from './targets/s3/object-sender.ts';
export { PackTargetInvalidError } from './targets/target-errors.ts';
export { trace } from './trace/trace.ts';
export { PackInvalidError } from './verify/verify-errors.ts';
export { verifyPack } from './verify/verify-pack.ts';
export { verifyReportSchema } from './verify/verify-report.ts';

export type { CachedDigest, DigestCache } from './cache/digest-cache.ts';
export type { Caches, OpenCachesOptions } from './cache/open-caches.ts';
export type { ExecuteOptions } from './execute/execute.ts';
export type { PackCallbacks, PackProgress } from './execute/pack-callbacks.ts';
export type { FilePath } from './paths/file-path.ts';
export type { LeftOut, LeftOutReason, PackPlan, PlannedFile, Rewrite } from './plan/pack-plan.ts';
export type { PlaceNames } from './plan/place-bytes.ts';
export type { PlanOptions } from './plan/plan-pack.ts';
export type { Listing } from './report/listing.ts';
export type { PackManifest } from './report/pack-manifest.ts';
export type { CreateReportInit, PackReport } from './report/pack-report.ts';
export type { OpenTargetOptions } from './targets/open-target.ts';
export type {
  Cargo,
  ContentFacts,
  OpenEntryOptions,
  PackEntry,
  PackTarget,
  SendOptions,
  SentPack,
  TargetProgress,
} from './targets/pack-target.ts';
export type {
  AssetFile,
  FoundUsage,
  TraceCallbacks,
  TraceOptions,
  Usage,
  UsageCache,
  UsageField,
  UsageKind,
} from './trace/usage.ts';
export type { VerifyOptions } from './verify/verify-pack.ts';
export type { VerifyReport } from './verify/verify-report.ts';
