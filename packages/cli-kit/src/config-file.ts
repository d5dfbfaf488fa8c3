import { readFile } from 'node:fs/promises';
import type { AbortOptions } from '@waybill/common';
import { ConfigInvalidError } from './errors.ts';

export interface ConfigFile {
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Reads a config file: one JSON object. Throws ConfigInvalidError, which says what is wrong with the file. */
export async function readConfigFile(path: string, { signal }: AbortOptions = {}): Promise<ConfigFile> {
  const text = await readText(path, signal);
  const values = parse(path, text);
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw invalid(path, 'it does not hold a JSON object');
  }
  return { path, values: values as Record<string, unknown> };
}

async function readText(path: string, signal: AbortSignal | undefined): Promise<string> {
  try {
    return await readFile(path, { encoding: 'utf8', signal });
  } catch (cause) {
    signal?.throwIfAborted();
    throw invalid(path, `it cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown reason'})`);
  }
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw invalid(path, `it is no JSON (${(cause as Error).message})`);
  }
}

function invalid(path: string, problem: string): ConfigInvalidError {
  const remedy = 'Give --config a file with one JSON object, such as { "json": true }';
  return new ConfigInvalidError([{ what: `config file ${path}`, problem, remedy }]);
}
