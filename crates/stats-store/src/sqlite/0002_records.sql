-- Every best there was, by person and by what it is a record of: an exercise or an activity.
CREATE TABLE workout_stats_records (
    user_id    BLOB NOT NULL,
    scope      TEXT NOT NULL,
    kind       TEXT NOT NULL,
    started_us INTEGER NOT NULL,
    workout_id BLOB NOT NULL,
    day        INTEGER NOT NULL,
    value      INTEGER NOT NULL,
    previous   INTEGER,
    PRIMARY KEY (user_id, scope, kind, started_us, workout_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX workout_stats_records_latest ON workout_stats_records (user_id, started_us, workout_id);

-- Of each of them the last, in one row for what they are records of: what nearly every write has to know.
CREATE TABLE workout_stats_bests (
    user_id  BLOB NOT NULL,
    scope    TEXT NOT NULL,
    standing TEXT NOT NULL,
    PRIMARY KEY (user_id, scope)
) STRICT, WITHOUT ROWID;
