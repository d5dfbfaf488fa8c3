#!/usr/bin/env node
import { runMain } from '@waybill/cli-kit';
import { createCli } from './cli.ts';

await runMain(createCli().run);
