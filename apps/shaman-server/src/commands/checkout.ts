import type { ConfigOf, Output } from '@waybill/cli-kit';
import { defineCommand, EXIT, formatBytes, formatTable, UsageInvalidError, values } from '@waybill/cli-kit';
import type { CheckoutDetails, CheckoutSummary } from '../checkouts/checkout-store.ts';
import { STORE_OPTIONS } from '../config/store-options.ts';
import { DRY_RUN_OPTION } from '../config/upkeep-options.ts';
import { createContext } from '../server/program-context.ts';
import { withStorage } from './with-storage.ts';
import type { StorageWork } from './with-storage.ts';

const ACTIONS = ['list', 'show', 'erase'] as const;
const OPTIONS = { ...STORE_OPTIONS, ...DRY_RUN_OPTION };

type Config = ConfigOf<typeof OPTIONS> & {
  readonly action: (typeof ACTIONS)[number] | undefined;
  readonly path: string | undefined;
};

export const checkoutCommand = defineCommand({
  name: 'checkout',
  description: 'List, show or erase checkouts. A running server is asked to do it.',
  arguments: {
    action: { schema: values.oneOf(ACTIONS), optional: true, description: 'list (default), show or erase' },
    path: { schema: values.text(), optional: true, description: 'for show and erase: the path that list shows' },
  },
  options: OPTIONS,
  examples: [
    { command: 'checkout list --storage /data/shaman', description: 'all of them' },
    {
      command: 'checkout erase show/shot-0010 --storage /data/shaman',
      description: 'its files stay until they are garbage',
    },
  ],
  async run(signal, config, output) {
    return await RUN[config.action ?? 'list'](config, signal, output);
  },
});

const RUN = { list, show, erase };

async function list(config: Config, signal: AbortSignal, output: Output): Promise<number> {
  const work: StorageWork = {
    here: async ({ checkouts }, options) => ({ checkouts: await Array.fromAsync(checkouts.list(options)) }),
    call: () => ({ method: 'GET', path: '/checkouts' }),
  };
  const { checkouts } = (await run(config, work, signal, output)) as { checkouts: CheckoutSummary[] };
  output.result(checkouts, () => formatTable(checkouts.map(rowOf), ['path', 'files', 'size', 'created']));
  return EXIT.ok;
}

async function show(config: Config, signal: AbortSignal, output: Output): Promise<number> {
  const path = pathOf(config);
  const work: StorageWork = {
    here: ({ checkouts }, options) => checkouts.show(path, options),
    call: () => ({ method: 'GET', path: `/checkouts/${encodePath(path)}` }),
  };
  const details = (await run(config, work, signal, output)) as CheckoutDetails | undefined;
  if (details === undefined) return refuse(output, path);
  output.result(details, () =>
    formatTable(
      details.entries.map((entry) => ({ ...entry })),
      ['path', 'sizeBytes', 'sha', 'present'],
    ),
  );
  return details.entries.every(({ present }) => present) ? EXIT.ok : EXIT.incomplete;
}

async function erase(config: Config, signal: AbortSignal, output: Output): Promise<number> {
  const path = pathOf(config);
  if (config.dryRun) return await show(config, signal, output);
  const work: StorageWork = {
    here: async ({ checkouts }, options) => ((await checkouts.erase(path, options)) ? null : undefined),
    call: () => ({ method: 'DELETE', path: `/checkouts/${encodePath(path)}` }),
  };
  const erased = await run(config, work, signal, output);
  if (erased === undefined) return refuse(output, path);
  output.result({ erased: path }, () => `erased ${path}\n`);
  return EXIT.ok;
}

function run(config: Config, work: StorageWork, signal: AbortSignal, output: Output): Promise<unknown> {
  const { logger } = createContext(config, output);
  return withStorage({ config, logger }, work, { signal });
}

function pathOf({ action, path }: Config): string {
  if (path === undefined) throw new UsageInvalidError(`checkout ${action ?? ''} needs the path of a checkout`);
  return path;
}

function refuse(output: Output, path: string): number {
  output.warn(`there is no checkout ${path}`);
  return EXIT.failed;
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

function rowOf({ path, files, sizeBytes, createdAtMs }: CheckoutSummary): Record<string, unknown> {
  return { path, files, size: formatBytes(sizeBytes), created: new Date(createdAtMs).toISOString() };
}
