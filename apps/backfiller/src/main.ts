#!/usr/bin/env -S MALLOC_ARENA_MAX=1 node --max-semi-space-size=4
// With a week of 300,000 segments a small young generation of V8 saves 40 MB, and glibc's malloc without an arena for each thread
// up to 50 MB more: docs/decisions.
import nodeModule from 'node:module';
import { refuseOldNode } from '@waybill/cli-kit/refuse-old-node';

refuseOldNode(process.versions.node, 'waybill-backfiller');
// A quarter of the start is compiling; without a place to write to, this does nothing.
nodeModule.enableCompileCache();
// Only now: what follows imports modules that an older Node does not have.
const { start } = await import('./start.ts');
await start();
