import type { Pool } from 'pg';
import { expect, it } from 'vitest';
import { DatabaseUnavailableError } from '../../src/state/database-unavailable-error.ts';
import { SharedDatabase } from '../../src/state/shared-database.ts';

const failingWith = (error: Error): SharedDatabase =>
  new SharedDatabase({ query: () => Promise.reject(error), connect: () => Promise.reject(error) } as unknown as Pool);

const answered = (code: string): Error => Object.assign(new Error('refused'), { severity: 'ERROR', code });

it.for([
  ['a connection that is refused', Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })],
  ['a connection that broke', new Error('Connection terminated unexpectedly')],
  ['an answer that does not come', new Error('Query read timeout')],
  ['a shutdown', answered('57P01')],
  ['a start', answered('57P03')],
  ['too many connections', answered('53300')],
  ['a deadlock', answered('40P01')],
] as const)('calls the database unavailable for %s', async ([, error]) => {
  const database = failingWith(error);
  await expect(database.query('select 1')).rejects.toMatchObject({ code: 'ERR_DATABASE_UNAVAILABLE', cause: error });
  await expect(database.connect()).rejects.toThrow(DatabaseUnavailableError);
});

it.for(['23505', '42P01', '42601'])('leaves the refusal of a statement (%s) as it is', async (code) => {
  const error = answered(code);
  await expect(failingWith(error).query('select')).rejects.toBe(error);
});
