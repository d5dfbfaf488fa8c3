#!/usr/bin/env -S node --max-semi-space-size=1 --v8-pool-size=1
// The flags above spare 5 MB each: less garbage piles up, and fewer threads of V8 have memory of their own. No compile cache:
// it costs some MB, and spares no time.
import { refuseOldNode } from '@waybill/cli-kit/refuse-old-node';

refuseOldNode(process.versions.node, 'waybill-shaman-server');
// Only now: what follows imports modules that an older Node does not have.
const { start } = await import('./start.ts');
await start();
