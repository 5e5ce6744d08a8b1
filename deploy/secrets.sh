#!/usr/bin/env bash
# Makes the files of deploy/secrets: a password of 192 random bits for each user of RabbitMQ and each role of PostgreSQL,
# where there is none yet, and what is made of them. Run again after removing a password to have another one; the end of
# this file says how it is taken over.
#
# Usage: deploy/secrets.sh [FOLDER]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-$here/secrets}

# Others on this machine cannot come to the files. Within containers, which see the files and not the folder, users of
# other numbers have to read them.
umask 022
mkdir -p "$folder"
chmod 700 "$folder"
cd "$folder"

hex() { od -An -tx1 -v | tr -d ' \n'; }

password() { # NAME
    [ -s "$1-password" ] || head -c 24 /dev/urandom | hex >"$1-password"
    cat "$1-password"
}

# As RabbitMQ keeps it: four bytes of salt, and the SHA-256 of them and the password.
hashed() { # PASSWORD
    local salt digest
    salt=$(head -c 4 /dev/urandom | hex)
    digest=$({ bytes "$salt"; printf %s "$1"; } | { sha256sum 2>/dev/null || shasum -a 256; } | cut -d ' ' -f 1)
    bytes "$salt$digest" | base64 | tr -d '\n'
}

bytes() { printf "$(printf %s "$1" | sed 's/../\\x&/g')"; }

# What is made again; the passwords stay.
rm -f ./*-url rabbitmq-definitions.json postgres-passwords.sql

password postgres >/dev/null

users=(topology stats coach monolith operator)
script=()
for user in "${users[@]}"; do
    password=$(password "rabbitmq-$user")
    script+=(-e "s|@$user@|$(hashed "$password")|")
    printf 'amqp://%s:%s@rabbitmq:5672/%%2f' "$user" "$password" >"$user-amqp-url"
done
sed "${script[@]}" "$here/rabbitmq/definitions.json" >rabbitmq-definitions.json

: >postgres-passwords.sql
for role in stats_owner stats_ingest stats_reader coach monolith; do
    password=$(password "postgres-$role")
    printf "ALTER ROLE %s PASSWORD '%s';\n" "$role" "$password" >>postgres-passwords.sql
    # Within the network of the containers, where nobody else listens; docs/deploying.md says what TLS takes.
    printf 'postgres://%s:%s@postgres:5432/%s?sslmode=disable' "$role" "$password" "${role%%_*}" >"$role-database-url"
done

password grafana >/dev/null
chmod 444 ./*
echo "secrets are in $folder; keep the *-password files, everything else is made of them"
# New passwords are taken over by the following. PostgreSQL is told by its input: a container that runs still sees the file
# that was there when it was started.
#   docker compose restart rabbitmq
#   docker compose exec -T postgres psql --username postgres < deploy/secrets/postgres-passwords.sql
#   docker compose up --detach --force-recreate stats coach monolith
