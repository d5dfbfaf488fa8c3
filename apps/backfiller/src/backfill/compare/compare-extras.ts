import { isSafeRelativePath } from '@waybill/segments';
import { missingNames } from './missing-names.ts';
import type { NodePass } from '../pass/node-pass.ts';
import { createWantedItem } from './wanted-item.ts';

/** Temp files of a wubloader's atomic writes; one that crashed leaves them behind, and they are listed. */
const isTempPath = (path: string): boolean => path.endsWith('.temp') || /-temp-[^/]*$/.test(path);

/**
 * Queues extras that a node has and this archive lacks (spec 1.4). They have no digest in their name, so nothing that
 * exists is ever replaced, and only nodes that are trusted with it may add to them.
 */
export const compareExtras = async (pass: NodePass): Promise<void> => {
  const { extras } = pass.session.parts.settings;
  for (const directory of extras) {
    if (pass.node.trust.extras) await compareDirectory(pass, directory);
  }
};

const compareDirectory = async (pass: NodePass, directory: string): Promise<void> => {
  const { node, signal, session, tally, scope } = pass;
  const remote = pass.accept(await node.listExtras(directory, { signal }));
  const local = await session.parts.archive.listExtras(directory, { signal });
  for (const path of missingNames(remote, local)) {
    await pass.drain.below(session.parts.settings.maxQueuedPerNode);
    if (isTempPath(path)) session.accounts.skip(node, tally.pair('', directory), 'temp', `${directory}/${path}`);
    else if (!isSafeRelativePath(path)) tally.refusedNames += 1;
    else if (scope.dryRun) tally.pair('', directory).planned += 1;
    else queueExtra(pass, directory, path);
  }
};

const queueExtra = (pass: NodePass, directory: string, path: string): void => {
  const { session, node } = pass;
  const known = session.extras.get(`${directory}/${path}`);
  const address = { channel: directory, quality: '', hour: '', name: path };
  const item = known ?? createWantedItem({ kind: 'extra', address });
  if (known === undefined) {
    session.extras.set(item.key, item);
    item.listeners.add(() => session.extras.delete(item.key));
  }
  pass.watch(item);
  session.scheduler.offer(item, node);
};
