import { WaybillError } from '@waybill/common';
import type { NodeDatabase } from './node-source.ts';
import { createPostgresNodeDatabase } from './postgres-node-database.ts';
import { createSqliteNodeDatabase } from './sqlite-node-database.ts';

/** `--node-database` names no database that is known. */
export class NodeDatabaseUnknownError extends WaybillError {
  constructor(text: string) {
    const scheme = /^[a-z]+:/i.exec(text)?.[0] ?? 'no scheme';
    super(`Not a node database (${scheme}): write postgresql://USER@HOST/NAME or sqlite:PATH`, {
      code: 'ERR_NODE_DATABASE_UNKNOWN',
      retryable: false,
    });
  }
}

/** `postgresql://…`, `postgres://…` or `sqlite:PATH`. Opens nothing before the first use. Throws NodeDatabaseUnknownError. */
export const openNodeDatabase = (text: string): NodeDatabase => {
  if (/^postgres(ql)?:\/\//i.test(text)) return createPostgresNodeDatabase(text);
  if (/^sqlite:./i.test(text)) return createSqliteNodeDatabase(text.slice('sqlite:'.length));
  throw new NodeDatabaseUnknownError(text);
};
