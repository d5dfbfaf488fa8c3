import { isHour, parseHour } from '@waybill/segments';
import type { HourKey } from './hour-work.ts';
import type { NodePass } from '../pass/node-pass.ts';

/** A channel and quality under comparison. */
export interface Pair {
  readonly channel: string;
  readonly quality: string;
  /** `CHANNEL/QUALITY` */
  readonly key: string;
  /** Something is or will be left to do. */
  isOpen: boolean;
}

/** An hour of a node that is to be listed and compared. */
export interface HourTask extends HourKey {
  readonly pair: Pair;
  readonly hourMicros: number;
  /** As the node claims; undefined for a wubloader node. */
  readonly remoteDigest: string | undefined;
}

/** Our clock and the node's may differ: an hour that begins later than this is none to be listed. */
const AHEAD_MICROS = 3_600_000_000;

export const pairsOf = (pass: NodePass): Pair[] => {
  const { channels, qualities } = pass.session.parts.settings;
  return channels.flatMap((channel) =>
    qualities.map((quality) => ({ channel, quality, key: `${channel}/${quality}`, isOpen: false })),
  );
};

/** Tasks for the hours between the start and now; others that the node names are left out, and counted. */
export const hourTasks = (
  pass: NodePass,
  pair: Pair,
  names: Iterable<string>,
  remoteDigestOf: (hour: string) => string | undefined,
): HourTask[] => {
  const tasks: HourTask[] = [];
  for (const hour of names) {
    const hourMicros = eligibleMicros(pass, pair, hour);
    if (hourMicros === undefined) continue;
    const { channel, quality } = pair;
    tasks.push({ channel, quality, hour, hourMicros, pair, remoteDigest: remoteDigestOf(hour) });
  }
  return tasks;
};

const eligibleMicros = (pass: NodePass, pair: Pair, hour: string): number | undefined => {
  const { firstHourMicros, scope, tally, session, node } = pass;
  const { channel, quality } = pair;
  if (!isHour(hour)) {
    tally.refusedNames += 1;
    return undefined;
  }
  const hourMicros = parseHour(hour);
  if (hourMicros > session.parts.now() * 1000 + AHEAD_MICROS) {
    session.accounts.skip(node, tally.pair(channel, quality), 'future', `${pair.key}/${hour}`);
    pair.isOpen = true;
    return undefined;
  }
  const isAsked = hourMicros >= firstHourMicros && (scope.only?.({ channel, quality, hour }) ?? true);
  return isAsked ? hourMicros : undefined;
};
