import { formatTable } from '@waybill/cli-kit';
import { CHANNEL, QUALITIES, readStreamIndex } from '@waybill/stream-fixture';

/** The answer of `/coverage/CHANNEL/QUALITY.json`, as far as it is shown. */
export interface QualityHoles {
  quality: string;
  coveredMicros: number;
  holes: { start: string; end: string }[];
  /** Chosen segments that are not full. */
  partial: number;
}

const isoTime = (micros: number): string => new Date(micros / 1000).toISOString();

/** What is missing of the bundled stream's time on a node. */
export async function fetchHoles(url: string): Promise<QualityHoles[]> {
  const all: QualityHoles[] = [];
  for (const quality of QUALITIES) {
    const segments = readStreamIndex().qualities[quality]?.segments ?? [];
    const last = segments.at(-1);
    const start = isoTime(segments[0]?.startMicros ?? 0);
    const end = isoTime((last?.startMicros ?? 0) + Number(last?.durationSeconds ?? 0) * 1e6);
    const response = await fetch(`${url}/coverage/${CHANNEL}/${quality}.json?start=${start}&end=${end}`);
    all.push({ ...((await response.json()) as QualityHoles), quality });
  }
  return all;
}

const clock = (iso: string): string => iso.slice(11, 21);

/** One row for each quality. */
export function holesTable(all: readonly QualityHoles[]): string {
  return formatTable(
    all.map(({ quality, coveredMicros, holes, partial }) => ({
      quality,
      covered: `${(coveredMicros / 1e6).toFixed(1)} s`,
      'broken off': partial,
      holes: holes.length === 0 ? 'none' : holes.map(({ start, end }) => `${clock(start)}–${clock(end)}`).join(', '),
    })),
  );
}
