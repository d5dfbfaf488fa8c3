import { createLogger } from '@waybill/http-kit';
import { skipWithout, waitFor } from '@waybill/test-kit';
import { expect, it } from 'vitest';
import { openDatabase } from '../../src/server/open-database.ts';
import { startPostgres } from '@waybill/test-kit';

it('outlives a database that goes away while a connection is lent, and finds it again', async (test) => {
  const postgres = await startPostgres();
  if ('unavailable' in postgres) return skipWithout(test, postgres.unavailable);
  await using _postgres = postgres;
  const logged: string[] = [];
  const logger = createLogger({
    name: 'test',
    level: 'warn',
    stream: { write: (line: string) => void logged.push(line) },
  });
  await using database = await openDatabase(postgres.url, logger);
  const lent = await database.connect();
  await postgres.stop();
  await waitFor(() => logged.length > 0);
  await expect(lent.query('select 1')).rejects.toMatchObject({ code: 'ERR_DATABASE_UNAVAILABLE' });
  lent.release(true);
  await expect(database.query('select 1')).rejects.toMatchObject({ code: 'ERR_DATABASE_UNAVAILABLE' });
  await postgres.start();
  await waitFor(() =>
    database.query('select 1').then(
      () => true,
      () => false,
    ),
  );
});
