import path from 'node:path';
import { temporaryDirectory } from '@waybill/test-kit';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createFileArchive } from '../../src/archive/file-archive.ts';
import type { FileArchive, FileArchiveInit } from '../../src/archive/file-archive.ts';
import type { Archive } from '../../src/archive/archive.ts';
import { createBackfillEngine } from '../../src/backfill/backfill-engine.ts';
import type { BackfillEngine } from '../../src/backfill/backfill-engine.ts';
import type { BackfillNode } from '../../src/backfill/backfill-node.ts';
import type { BackfillSettings } from '../../src/backfill/backfill-settings.ts';
import { digestText } from '../support/test-names.ts';

export const CHANNEL = 'chan';
export const QUALITY = 'source';
/** The hour that most tests fill. */
export const HOUR = '2026-05-01T10';
/** Well after that hour, so that nothing is recent. */
export const NOW_MS = Date.parse('2026-05-02T00:30:00Z');

export interface MadeSegment {
  readonly name: string;
  /** `CH/Q/HOUR/NAME` */
  readonly path: string;
  readonly content: Uint8Array;
}

export interface SegmentShape {
  readonly hour?: string;
  readonly quality?: string;
  readonly type?: 'full' | 'suspect' | 'partial';
  readonly seconds?: string;
  readonly text?: string;
  readonly micros?: number;
}

/** A segment whose name is true, `second` seconds into its hour. */
export const makeSegment = (second: number, shape: SegmentShape = {}): MadeSegment => {
  const { hour = HOUR, quality = QUALITY, type = 'full', seconds = '2.0', micros = 0 } = shape;
  const content = new TextEncoder().encode(shape.text ?? `${quality} ${hour} ${second} ${micros} ${type} ${seconds}`);
  const clock = [Math.floor(second / 60), second % 60].map((part) => String(part).padStart(2, '0')).join(':');
  const name = `${clock}.${String(micros).padStart(6, '0')}-${seconds}-${type}-${digestText(content)}.ts`;
  return { name, path: `${CHANNEL}/${quality}/${hour}/${name}`, content };
};

/** `count` segments of 2 s, one after the other. */
export const makeSegments = (count: number, shape: SegmentShape = {}): MadeSegment[] =>
  Array.from({ length: count }, (_, at) => makeSegment(2 * at, shape));

export const filesOf = (segments: readonly MadeSegment[]): Record<string, Uint8Array> =>
  Object.fromEntries(segments.map(({ path, content }) => [path, content]));

export const openTestArchive = async (
  base: string,
  init: Partial<FileArchiveInit> = {},
): Promise<FileArchive & AsyncDisposable> => {
  const archive = await createFileArchive({
    baseDirectory: base,
    durability: 'none',
    sweep: false,
    onError: (error) => {
      throw error;
    },
    ...init,
  });
  return Object.assign(archive, { [Symbol.asyncDispose]: () => archive.close() });
};

export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface TestEngine {
  readonly engine: BackfillEngine;
  readonly registry: Registry;
  readonly lines: readonly LogLine[];
  /** Lines of at least this level whose message matches. */
  logged(pattern: RegExp, level?: number): readonly LogLine[];
  /** Sum of a metric over all its series, or those with these labels. */
  metric(name: string, labels?: Record<string, string>): Promise<number>;
}

export interface TestEngineInit {
  readonly archive: Archive;
  readonly nodes: readonly BackfillNode[] | (() => readonly BackfillNode[]);
  readonly state: string;
  readonly settings?: Partial<BackfillSettings>;
  readonly now?: () => number;
  readonly freeBytes?: () => Promise<number>;
}

export const makeEngine = ({
  archive,
  nodes,
  state,
  settings,
  now = () => NOW_MS,
  freeBytes,
}: TestEngineInit): TestEngine => {
  const lines: LogLine[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => lines.push(JSON.parse(line) as LogLine) });
  const registry = new Registry();
  const engine = createBackfillEngine({
    archive,
    nodes: typeof nodes === 'function' ? nodes : () => nodes,
    settings: { channels: [CHANNEL], qualities: [QUALITY], ...settings },
    log,
    registry,
    stateDirectory: state,
    now,
    ...(freeBytes === undefined ? {} : { freeBytes }),
  });
  const metric = async (name: string, labels: Record<string, string> = {}): Promise<number> => {
    const { values = [] } = (await registry.getSingleMetric(name)?.get()) ?? {};
    const matching = values.filter((value) =>
      Object.entries(labels).every(([key, text]) => value.labels[key] === text),
    );
    return matching.reduce((sum, { value }) => sum + value, 0);
  };
  return {
    engine,
    registry,
    lines,
    metric,
    logged: (pattern, level = 20) => lines.filter((line) => line.level >= level && pattern.test(line.msg)),
  };
};

/** Where an engine remembers its passes, by default. */
export const stateOf = (base: string): string => path.join(base, '.waybill');

/** A folder of its own with an archive, and engines that fill it. */
export interface Scene extends AsyncDisposable {
  readonly base: string;
  readonly archive: FileArchive;
  /** Of this archive, with its state in the folder, unless told otherwise. */
  engine(init: Omit<TestEngineInit, 'archive' | 'state'> & Partial<TestEngineInit>): TestEngine;
}

export const openScene = async (init: Partial<FileArchiveInit> = {}): Promise<Scene> => {
  await using stack = new AsyncDisposableStack();
  const { path: base } = stack.use(await temporaryDirectory());
  const archive = stack.use(await openTestArchive(base, init));
  const owned = stack.move();
  return {
    base,
    archive,
    engine: (given) => makeEngine({ archive, state: stateOf(base), ...given }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
};

/** All names of an hour as listed, sorted. */
export const namesIn = async (archive: Archive, { hour = HOUR, quality = QUALITY } = {}): Promise<readonly string[]> =>
  (await archive.listHour(CHANNEL, quality, hour)).names;

/** An archive of which some methods are replaced. */
export const archiveWith = (archive: Archive, replaced: Partial<Archive>): Archive =>
  new Proxy(archive, {
    get: (target, key: keyof Archive) => {
      if (Object.hasOwn(replaced, key)) return replaced[key];
      const value: unknown = target[key];
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
