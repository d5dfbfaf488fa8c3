#!/usr/bin/env node
import { refuseOldNode } from './refuse-old-node.ts';

refuseOldNode(process.versions.node);
// Only now: what follows imports modules that an older Node does not have.
const { start } = await import('./start.ts');
await start();
