#!/bin/sh
# What the official image does of its documented behaviour, as far as docker/compose uses it: POSTGRES_* and docker-entrypoint-initdb.d;
# no password from inside the container.
set -eu
data=/var/lib/postgresql/data
install -d -o postgres -g postgres -m 0700 "$data"
install -d -o postgres -g postgres /var/run/postgresql
as() { setpriv --reuid postgres --regid postgres --clear-groups -- "$@"; }
if [ ! -e "$data/PG_VERSION" ]; then
  echo "$POSTGRES_PASSWORD" >/tmp/password && chmod 0644 /tmp/password
  as initdb -D "$data" -U "$POSTGRES_USER" --pwfile=/tmp/password --auth=trust >/dev/null
  echo 'host all all all scram-sha-256' >>"$data/pg_hba.conf"
  as pg_ctl -D "$data" -w -o "-c listen_addresses=''" start >/dev/null
  as psql -q -U "$POSTGRES_USER" -d postgres -c "CREATE DATABASE \"$POSTGRES_DB\""
  for file in $(find /docker-entrypoint-initdb.d -name '*.sql' 2>/dev/null | sort); do as psql -q -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" -f "$file"; done
  as pg_ctl -D "$data" -w stop >/dev/null
fi
exec setpriv --reuid postgres --regid postgres --clear-groups -- postgres -D "$data" -c 'listen_addresses=*'
