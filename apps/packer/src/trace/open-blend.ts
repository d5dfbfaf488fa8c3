import { isUtf8 } from 'node:buffer';
import { type BlendFile, openBlendFile, type OpenBlendFileOptions } from '@waybill/blendfile';
import type { FilePath } from '../paths/file-path.ts';
import { formatPath } from '../paths/format-path.ts';

/** Opens a .blend file at a path of any bytes. @throws as `openBlendFile` */
export async function openBlend(path: FilePath, options: OpenBlendFileOptions = {}): Promise<BlendFile> {
  const input = isUtf8(path) ? path.toString('utf8') : { path };
  return await openBlendFile(input, { name: formatPath(path), ...options });
}
