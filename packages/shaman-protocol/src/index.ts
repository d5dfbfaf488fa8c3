export {
  createResponseV3,
  errorV3,
  fileStatusV3,
  formatRequirementsResponseV3,
  missingFileV3,
  parseCreateResponseV3,
  parseFileStatusV3,
  parseRequirementsResponseV3,
  requirementsResponseV3,
} from './answers-v3.ts';
export { BatchFrameDecoder, decodeBatchFrames, DEFAULT_BATCH_LIMITS } from './batch-frame-decoder.ts';
export { batchSizeBytes, encodeBatchFrames } from './batch-frames.ts';
export { parseCheckoutIdV2, parseCheckoutPath } from './checkout-name.ts';
export { formatDefinitionV2, parseDefinitionV2 } from './definition-v2.ts';
export {
  formatCreateRequestV3,
  formatRequirementsRequestV3,
  parseCreateRequestV3,
  parseRequirementsRequestV3,
} from './definition-v3.ts';
export { isDigestHex } from './digest-hex.ts';
export { parseFilePath } from './file-path.ts';
export { foldPath } from './fold-path.ts';
export {
  DEFAULT_MAX_DEFINITION_BYTES,
  DEFAULT_MAX_FILES,
  MAX_CHECKOUT_ID_LENGTH,
  MAX_DEPTH,
  MAX_NAME_BYTES,
  MAX_PATH_BYTES,
} from './limits.ts';
export { formatOriginalFilename, parseOriginalFilename } from './original-filename.ts';
export {
  batchResponseSchema,
  capabilitiesSchema,
  OWN_PROTOCOL_VERSION,
  ownRequirementsSchema,
  parseBatchResponse,
  parseCapabilities,
  parseOwnRequirements,
} from './own-messages.ts';
export { findPathProblem } from './path-problem.ts';
export {
  BatchFrameInvalidError,
  BatchTooLargeError,
  CheckoutNameInvalidError,
  DefinitionInvalidError,
  DefinitionTooLargeError,
  FilePathInvalidError,
  MessageInvalidError,
  PathCollisionError,
} from './protocol-errors.ts';
export { formatRequirementsV2, parseRequirementsV2 } from './requirements-v2.ts';
export { CONTENT_TYPES, HEADERS, OWN_PREFIX, STATUS_V2, STATUS_V3, V3_PREFIX } from './wire.ts';

export type { ErrorV3 } from './answers-v3.ts';
export type { BatchLimits } from './batch-frame-decoder.ts';
export type { BatchFrame } from './batch-frames.ts';
export type { CreateRequestV3 } from './definition-v3.ts';
export type { DefinitionLimits } from './limits.ts';
export type { BatchResult, Capabilities, OwnRequirements } from './own-messages.ts';
export type { RequirementV2 } from './requirements-v2.ts';
export type { FileStatus, MissingFile, ShamanFile } from './shaman-file.ts';
