import type { Migration } from '../state/migrate.ts';

/** What servers listen to. The payload is a {@link RegistryChange} in JSON. */
export const REGISTRY_CHANNEL = 'waybill_checkouts';

/**
 * `waybill_checkout_registry` has one row: `id` tells this registry from one that was there before it, `version` counts changes.
 * A checkout whose `claimed_until` is null is ready. Paths can be longer than an index takes, so their SHA-256 stands for them;
 * `above` has those of the folders that a path goes through. Nothing here shrinks by PostgreSQL's compression.
 */
export const REGISTRY_MIGRATIONS: readonly Migration[] = [
  {
    name: 'checkouts 1',
    statements: `
      create table waybill_checkout_registry (
        one boolean primary key default true check (one),
        id uuid not null default gen_random_uuid(),
        version bigint not null default 0
      );
      insert into waybill_checkout_registry default values;
      create table waybill_checkouts (
        id bigint generated always as identity primary key,
        path_digest bytea not null unique,
        above bytea[] not null,
        path text not null,
        files integer not null,
        size_bytes bigint not null,
        created_at timestamptz not null default clock_timestamp(),
        replica text not null,
        claimed_until timestamptz,
        names bytea not null
      );
      alter table waybill_checkouts alter column names set storage external;
      create index waybill_checkouts_above on waybill_checkouts using gin (above);
      create index waybill_checkouts_claimed on waybill_checkouts (claimed_until) where claimed_until is not null;
      create table waybill_checkout_digests (
        checkout bigint not null references waybill_checkouts (id) on delete cascade,
        part integer not null,
        digests bytea not null,
        primary key (checkout, part)
      );
      alter table waybill_checkout_digests alter column digests set storage external;`,
  },
];

/** Each change counts up and tells in one statement: who sees the one sees the other. A payload has at most 8,000 bytes. */
const told = (kind: 'ready' | 'erased'): string => `
  counted as (
    update waybill_checkout_registry set version = version + 1 where exists (select 1 from changed) returning id, version
  )
  select changed.id, pg_notify('${REGISTRY_CHANNEL}', json_build_object(
    'version', counted.version, 'kind', '${kind}', 'registration', counted.id || '/' || changed.id,
    'path', case when octet_length(changed.path) <= 3000 then changed.path end)::text)
  from changed, counted`;

const removed = (which: string): string =>
  `with changed as (delete from waybill_checkouts where ${which} returning id, path), ${told('erased')}`;

const SUMMARY = `
  id, path, files, size_bytes::float8 as size_bytes, extract(epoch from created_at)::float8 * 1000 as created_at_ms,
  claimed_until is null as is_ready`;

/** The clock is the database's: those of the servers may differ. */
export const SQL = {
  registry: 'select id, version::float8 as version from waybill_checkout_registry',
  /** One after the other, from the look at what is there to the row that takes the path. */
  lock: 'select pg_advisory_xact_lock(7305194116)',
  snapshot: 'set transaction isolation level repeatable read, read only',
  taken: `
    select path, claimed_until is null as is_ready from waybill_checkouts
    where path_digest = any($1) or above @> array[$2::bytea] limit 100`,
  claim: `
    insert into waybill_checkouts (path_digest, above, path, files, size_bytes, replica, claimed_until, names)
    values ($1, $2, $3, $4, $5, $6, clock_timestamp() + $7 * interval '1 millisecond', $8) returning id`,
  claimDigests: `
    insert into waybill_checkout_digests (checkout, part, digests)
    select $1, part, digests from unnest($2::integer[], $3::bytea[]) as new (part, digests)`,
  renew: `
    update waybill_checkouts set claimed_until = clock_timestamp() + $2 * interval '1 millisecond'
    where claimed_until is not null and id = any($1)`,
  confirm: `
    with changed as (
      update waybill_checkouts set claimed_until = null where id = $1 and claimed_until is not null returning id, path
    ), ${told('ready')}`,
  release: removed('id = $1 and claimed_until is not null'),
  releaseOf: removed('replica = $1 and claimed_until is not null'),
  reap: removed('claimed_until < clock_timestamp()'),
  erase: removed('path_digest = $1 and claimed_until is null'),
  list: `select ${SUMMARY} from waybill_checkouts where claimed_until is null order by path collate "C"`,
  all: `select ${SUMMARY} from waybill_checkouts`,
  find: `select ${SUMMARY} from waybill_checkouts where path_digest = $1 and claimed_until is null`,
  findId: `select ${SUMMARY} from waybill_checkouts where id = $1 and claimed_until is null`,
  names: 'select names from waybill_checkouts where id = $1',
  digests: 'select digests from waybill_checkout_digests where checkout = $1 order by part',
  references: `
    select checkout::text as checkout, part, digests from waybill_checkout_digests
    where (checkout, part) > ($1, $2) order by checkout, part limit $3`,
} as const;
