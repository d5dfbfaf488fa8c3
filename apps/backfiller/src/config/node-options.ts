import { defineOptions, values } from '@waybill/cli-kit';
import type { ConfigOf } from '@waybill/cli-kit';
import { z } from 'zod';
import { createNodeEntry } from '../nodes/node-entry.ts';
import { openNodeDatabase } from '../nodes/open-node-database.ts';
import { parsedText } from './parsed-text.ts';

const tokenPair = z.string().regex(/^[^=]+=.+$/, 'expected NODE=TOKEN');

/** Which nodes to backfill from, and how to reach them. */
export const NODE_OPTIONS = defineOptions({
  staticNodes: {
    schema: values.list(parsedText((url) => createNodeEntry({ url }))),
    value: 'URLS',
    default: [],
    description:
      'URLs of nodes, comma-separated; URL#trust=tombstones+extras+replace says what one may do, #name=NAME how it is called',
  },
  nodeFile: {
    schema: values.text(),
    value: 'FILE',
    description: 'a file of lines `NAME URL [TRUST]` or `URL`; blank lines and # comments are ignored',
  },
  nodeDatabase: {
    schema: parsedText(openNodeDatabase),
    value: 'URL',
    secret: true,
    description:
      'postgresql://… with a table nodes, or sqlite:PATH; default sqlite:STATE/nodes.sqlite where that is there',
  },
  localhost: {
    schema: values.text(),
    value: 'NAME',
    description: 'the name of this machine in the node lists: it is not backfilled from',
  },
  nodeTokens: {
    schema: values.list(tokenPair),
    value: 'LIST',
    secret: true,
    default: [],
    description: 'NODE=TOKEN, comma-separated: bearer tokens for nodes that ask for one',
  },
  nodeCa: {
    schema: values.text(),
    value: 'FILE',
    description: 'PEM certificates that nodes with a private authority are checked against',
  },
  nodeCert: {
    schema: values.text(),
    value: 'FILE',
    description: 'PEM certificate that is shown to nodes which ask for one',
  },
  nodeKey: { schema: values.text(), value: 'FILE', description: 'PEM key of --node-cert' },
});

export type NodeConfig = ConfigOf<typeof NODE_OPTIONS>;
