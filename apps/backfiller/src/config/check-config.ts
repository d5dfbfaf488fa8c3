import { UsageInvalidError } from '@waybill/cli-kit';
import type { NodeConfig } from './node-options.ts';
import type { BackfillConfig } from './to-settings.ts';

/** Options that contradict each other, or that do nothing without another one. Throws UsageInvalidError. */
export function checkBackfillConfig(config: BackfillConfig): void {
  if (config.deleteOld && config.start === undefined) {
    throw new UsageInvalidError('--delete-old needs --start: without it nothing is old');
  }
  if (config.deleteOld && (config.runOnce || config.dryRun)) {
    throw new UsageInvalidError('--delete-old does nothing with --run-once or --dry-run: leave one of them out');
  }
}

/** Half of a key pair is a mistake. Throws UsageInvalidError. */
export function checkNodeConfig({ nodeCert, nodeKey }: NodeConfig): void {
  if ((nodeCert === undefined) !== (nodeKey === undefined))
    throw new UsageInvalidError('--node-cert and --node-key belong together');
}
