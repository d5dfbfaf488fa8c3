import { defineCommand } from '@waybill/cli-kit';
import { SERVE_OPTIONS } from '../config/serve-options.ts';
import { NODE_OPTIONS, STORE_OPTIONS } from '../config/store-options.ts';

export const serveCommand = defineCommand({
  name: 'serve',
  kind: 'service',
  description:
    'Answer Filecoin.ChainExportRangeInternal: make exports on the disk of this machine for who asks by JSON-RPC, one at a time.',
  options: { ...STORE_OPTIONS, ...NODE_OPTIONS, ...SERVE_OPTIONS },
  examples: [
    { command: 'serve --from chain.car --output-dir /data/snapshots', description: 'for this machine alone' },
    {
      command: 'serve --from lmdb:/data/chain --host 0.0.0.0 --admin-tokens "$TOKEN"',
      description: 'for others, who need the token',
    },
  ],
  async run(signal, config, output) {
    const { runServe } = await import('./run-serve.ts');
    return await runServe(signal, config, output);
  },
});
