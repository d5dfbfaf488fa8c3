#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { refuseOldNode } from './refuse-old-node.ts';

refuseOldNode(process.versions.node);
// A quarter of the start is compiling; without a place to write to, this does nothing.
enableCompileCache();
// Only now: what follows imports modules that an older Node does not have.
const { start } = await import('./start.ts');
await start();
