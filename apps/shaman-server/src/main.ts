#!/usr/bin/env -S node --max-semi-space-size=2
// The flag above keeps V8 from holding on to the chunks of uploads: 40 MB less for one of 2 GB, at the same speed.
import nodeModule from 'node:module';
import { refuseOldNode } from './refuse-old-node.ts';

refuseOldNode(process.versions.node);
// A quarter of the start is compiling; without a place to write to, this does nothing.
nodeModule.enableCompileCache();
// Only now: what follows imports modules that an older Node does not have.
const { start } = await import('./start.ts');
await start();
