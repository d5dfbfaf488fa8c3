import { isHour, isSafeComponent, nameKindOf } from '@waybill/segments';
import type { SegmentAddress } from '../archive/archive.ts';
import type { RemoteEvent } from './remote-node.ts';

/** The slice of an event of eventsource-parser. */
interface Message {
  readonly id?: string | undefined;
  readonly event?: string | undefined;
  readonly data: string;
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

const parseAddress = (data: string): SegmentAddress | undefined => {
  const value = parseJson(data);
  if (typeof value !== 'object' || value === null) return undefined;
  const { channel, quality, hour, name } = value as Record<string, unknown>;
  if (
    typeof channel !== 'string' ||
    typeof quality !== 'string' ||
    typeof hour !== 'string' ||
    typeof name !== 'string'
  )
    return undefined;
  const kind = nameKindOf(name);
  const usable =
    isSafeComponent(channel) && isSafeComponent(quality) && isHour(hour) && kind !== undefined && kind !== 'temp';
  return usable ? { channel, quality, hour, name } : undefined;
};

/** An event of `GET /events`. Undefined for one of a kind that we do not know: later versions may add some. */
export const parseRemoteEvent = ({ id = '', event, data }: Message): RemoteEvent | undefined | 'invalid' => {
  if (event === 'reset') return { id, reset: true };
  if (event !== 'segment') return undefined;
  const segment = parseAddress(data);
  return segment === undefined ? 'invalid' : { id, segment };
};
