#!/usr/bin/env bash
# What the official image does on its first start, as far as deployments use it.
set -euo pipefail

secret() { # NAME: from the environment, or from the file that NAME_FILE names
    local file=${1}_FILE
    if [ -n "${!file:-}" ]; then cat "${!file}"; else printf %s "${!1:-}"; fi
}

if [ "$1" = postgres ] && [ "$(id -u)" = 0 ]; then
    install -d -o postgres -g postgres -m 700 "$PGDATA"
    chown -R postgres "$PGDATA"
    # Secrets are read as root, and passed on by what only this process and its child can see.
    POSTGRES_PASSWORD=$(secret POSTGRES_PASSWORD) exec gosu postgres "$0" "$@"
fi

if [ "$1" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
    user=$(secret POSTGRES_USER)
    user=${user:-postgres}
    database=$(secret POSTGRES_DB)
    database=${database:-$user}
    [ -n "${POSTGRES_PASSWORD:-}" ] || { echo "POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE is missing" >&2; exit 1; }
    eval "initdb --username=\"\$user\" --pwfile=<(printf '%s\n' \"\$POSTGRES_PASSWORD\") ${POSTGRES_INITDB_ARGS:-}"
    printf '\nhost all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"$PGDATA/pg_hba.conf"
    # Nobody else is to see a database that is half made.
    pg_ctl -D "$PGDATA" -o "-c listen_addresses=''" -w start
    export PGHOST=/var/run/postgresql PGUSER=$user PGDATABASE=postgres POSTGRES_USER=$user POSTGRES_DB=$database
    [ "$database" = postgres ] || psql -v ON_ERROR_STOP=1 -qc "CREATE DATABASE \"$database\""
    export PGDATABASE=$database
    for file in /docker-entrypoint-initdb.d/*; do
        echo "running $file"
        case $file in
            *.sh) if [ -x "$file" ]; then "$file"; else . "$file"; fi ;;
            *.sql) psql -v ON_ERROR_STOP=1 --no-psqlrc -qf "$file" ;;
        esac
    done
    pg_ctl -D "$PGDATA" -m fast -w stop
    unset PGHOST PGUSER PGDATABASE
fi
unset POSTGRES_PASSWORD
# It listens to all addresses, as the official image does by its sample of postgresql.conf.
[ "$1" = postgres ] && set -- "$@" -c listen_addresses='*'
exec "$@"
