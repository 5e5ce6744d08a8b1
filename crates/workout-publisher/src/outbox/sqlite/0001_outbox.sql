-- One row for each event, from its transaction until its retention is over. Times are milliseconds since 1970.
CREATE TABLE workout_outbox_events (
    seq           INTEGER PRIMARY KEY AUTOINCREMENT,
    id            BLOB NOT NULL UNIQUE,
    subject       TEXT NOT NULL,
    exchange      TEXT NOT NULL,
    routing_key   TEXT NOT NULL,
    envelope      TEXT NOT NULL,
    body          BLOB NOT NULL,
    enqueued_at   INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
    -- Until then nobody takes it: it is leased, or waits for another attempt.
    free_at       INTEGER NOT NULL DEFAULT 0,
    lease         BLOB,
    attempts      INTEGER NOT NULL DEFAULT 0,
    returns       INTEGER NOT NULL DEFAULT 0,
    sent_at       INTEGER,
    parked_at     INTEGER,
    parked_reason TEXT
) STRICT;

CREATE INDEX workout_outbox_events_waiting ON workout_outbox_events (seq) WHERE sent_at IS NULL AND parked_at IS NULL;
CREATE INDEX workout_outbox_events_waiting_by_subject ON workout_outbox_events (subject, seq)
    WHERE sent_at IS NULL AND parked_at IS NULL;
CREATE INDEX workout_outbox_events_sent ON workout_outbox_events (sent_at) WHERE sent_at IS NOT NULL;
CREATE INDEX workout_outbox_events_parked ON workout_outbox_events (seq) WHERE parked_at IS NOT NULL;
