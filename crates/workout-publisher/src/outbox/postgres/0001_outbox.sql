-- One row for each event, from its transaction until its retention is over.
CREATE TABLE workout_outbox.events (
    id            uuid PRIMARY KEY,
    seq           bigint GENERATED ALWAYS AS IDENTITY,
    subject       text NOT NULL,
    exchange      text NOT NULL,
    routing_key   text NOT NULL,
    envelope      text NOT NULL,
    body          bytea NOT NULL,
    enqueued_at   timestamptz NOT NULL DEFAULT now(),
    -- Until then nobody takes it: it is leased, or waits for another attempt.
    free_at       timestamptz NOT NULL DEFAULT now(),
    lease         uuid,
    attempts      integer NOT NULL DEFAULT 0,
    returns       integer NOT NULL DEFAULT 0,
    sent_at       timestamptz,
    parked_at     timestamptz,
    parked_reason text
)
-- A lease changes no indexed column: with room on the page for a second version of each row it touches no index either. The rows come and go, so what is
-- cleaned up by the default, a fifth of the table, would be too much.
WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.2);

CREATE INDEX events_waiting ON workout_outbox.events (seq) WHERE sent_at IS NULL AND parked_at IS NULL;
CREATE INDEX events_waiting_by_subject ON workout_outbox.events (subject, seq)
    WHERE sent_at IS NULL AND parked_at IS NULL;
CREATE INDEX events_sent ON workout_outbox.events (sent_at) WHERE sent_at IS NOT NULL;
CREATE INDEX events_parked ON workout_outbox.events (seq) WHERE parked_at IS NOT NULL;

-- NOTIFY takes a lock that all committing transactions of the server share. So writers give a hint only while a relay
-- sleeps, and a busy outbox never does.
CREATE TABLE workout_outbox.hint (asleep_until timestamptz NOT NULL);
INSERT INTO workout_outbox.hint VALUES (now());
