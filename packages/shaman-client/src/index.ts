export {
  AnswerInvalidError,
  CheckoutTakenError,
  FileChangedError,
  FilesUnsentError,
  FileUnreadableError,
  RequestRefusedError,
  ShamanNotFoundError,
  TokenRefusedError,
  UploadBrokenError,
} from './client-errors.ts';
export { DEFAULT_TIMING } from './client-timing.ts';
export { parseShamanUrl } from './server-url.ts';
export { createShamanClient } from './shaman-client.ts';

export type { ClientFile, OpenFileOptions } from './client-file.ts';
export type { ClientTiming } from './client-timing.ts';
export type { SendFilesOptions } from './send-files.ts';
export type { SendProgress, SendReport } from './send-progress.ts';
export type { ShamanUrl } from './server-url.ts';
export type { ShamanClient, ShamanClientInit } from './shaman-client.ts';
