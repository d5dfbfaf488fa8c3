#!/usr/bin/env -S MALLOC_ARENA_MAX=1 node --max-semi-space-size=4
// The flags keep memory small: threads, and garbage that is soon gone, would otherwise double it (docs/decisions).
import nodeModule from 'node:module';
import { refuseOldNode } from '@waybill/cli-kit/refuse-old-node';

refuseOldNode(process.versions.node, 'waybill-car-exporter');
// A quarter of the start is compiling; without a place to write to, this does nothing.
nodeModule.enableCompileCache();
// Only now: what follows imports modules that an older Node does not have.
const { start } = await import('./start.ts');
await start();
