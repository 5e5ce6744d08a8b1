#!/usr/bin/env bash
# Runs once, when the database is empty: a database for each service, and roles that may do what they have to.
set -euo pipefail

sql() { psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" "$@"; }

sql --dbname postgres <<'SQL'
-- Makes the tables of the statistics, and owns them.
CREATE ROLE stats_owner LOGIN;
-- Writes workouts down, and reads what it has to know for that.
CREATE ROLE stats_ingest LOGIN;
-- Answers questions. Whatever it is talked into, it writes nothing.
CREATE ROLE stats_reader LOGIN;
ALTER ROLE stats_reader SET default_transaction_read_only = on;
-- These bring their own tables up to date when they start.
CREATE ROLE coach LOGIN;
CREATE ROLE monolith LOGIN;

CREATE DATABASE stats OWNER stats_owner;
CREATE DATABASE coach OWNER coach;
CREATE DATABASE monolith OWNER monolith;

-- What everybody may do unless told otherwise: connect to any database, and make temporary tables there.
REVOKE ALL ON DATABASE postgres, template1, stats, coach, monolith FROM PUBLIC;
GRANT CONNECT ON DATABASE stats TO stats_ingest, stats_reader;
SQL

sql --dbname stats <<'SQL'
-- Also of what migrations to come make.
ALTER DEFAULT PRIVILEGES FOR ROLE stats_owner GRANT USAGE ON SCHEMAS TO stats_ingest, stats_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE stats_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO stats_ingest;
ALTER DEFAULT PRIVILEGES FOR ROLE stats_owner GRANT USAGE ON SEQUENCES TO stats_ingest;
ALTER DEFAULT PRIVILEGES FOR ROLE stats_owner GRANT SELECT ON TABLES TO stats_reader;
SQL

sql --dbname postgres --file /run/secrets/postgres-passwords
