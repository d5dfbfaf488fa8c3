import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { CutOptions } from '@waybill/stream-fixture';
import { CHANNEL, cutStream, readStreamIndex } from '@waybill/stream-fixture';
import { temporaryDirectory } from '@waybill/test-kit';
import type { TemporaryDirectory } from '@waybill/test-kit';
import type { ServeInit } from '../../../src/serve/create-serve-app.ts';
import type { Served } from '../../serve/support.ts';
import { serve } from '../../serve/support.ts';

export interface FixtureArchive extends AsyncDisposable {
  readonly base: string;
  readonly served: Served;
  readonly url: string;
  /** Bytes of these segments of `source`, one after the other. */
  segments(from: number, to: number): Buffer;
}

/** The bundled stream, served. */
export async function fixtureArchive(cut: CutOptions = {}, init: Partial<ServeInit> = {}): Promise<FixtureArchive> {
  const directory: TemporaryDirectory = await temporaryDirectory();
  const files = cutStream(directory.path, { qualities: ['source'], ...cut });
  const served = await serve(directory.path, init);
  const places = (readStreamIndex().qualities['source']?.segments ?? []).map((one) => `${CHANNEL}/source/${one.path}`);
  const read = (place: string): Buffer =>
    files.includes(place) ? readFileSync(path.join(directory.path, place)) : Buffer.alloc(0);
  return {
    ...{ base: directory.path, served, url: served.url },
    segments: (from, to) => Buffer.concat(places.slice(from, to + 1).map(read)),
    async [Symbol.asyncDispose]() {
      await served[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

/** The query of a cut. Times are of 2025-03-14, the day of the stream. */
export function cutPath(query: Record<string, string | readonly string[]>, quality = 'source'): string {
  const full = (time: string): string => time.replaceAll(/(^|,)(\d\d:)/g, '$12025-03-14T$2');
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((one) => [name, ['start', 'end', 'range'].includes(name) ? full(one) : one]),
  );
  return `/cut/${CHANNEL}/${quality}.ts?${new URLSearchParams(pairs).toString()}`;
}
