#!/usr/bin/env node
import nodeModule from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { refuseOldNode } from './refuse-old-node.ts';

refuseOldNode(process.versions.node);
// Names of 300,000 segments pass through the young generation; a small one keeps the whole process under 150 MB.
setFlagsFromString('--semi-space-growth-factor=1');
// A quarter of the start is compiling; without a place to write to, this does nothing.
nodeModule.enableCompileCache();
// Only now: what follows imports modules that an older Node does not have.
const { start } = await import('./start.ts');
await start();
