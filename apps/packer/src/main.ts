#!/usr/bin/env -S MALLOC_ARENA_MAX=1 node --max-semi-space-size=2
import nodeModule from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { refuseOldNode } from '@waybill/cli-kit/refuse-old-node';

refuseOldNode(process.versions.node, 'waybill-packer');
// Most runs are over before optimised code has paid for its compilers: 10 % less processor time for 62 small files. V8 complains
// of flags that it does not know, and these come and go: those of Node 24 to 26 know it.
if (/^2[4-6]\./.test(process.versions.node)) setFlagsFromString('--battery-saver-mode');
// A quarter of the start is compiling; without a place to write to, this does nothing.
nodeModule.enableCompileCache();
// Only now: what follows imports modules that an older Node does not have.
const { start } = await import('./start.ts');
await start();
