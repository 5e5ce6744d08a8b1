-- What happened, for ever: a row for each fact. The id follows from what happened, where it does; one that somebody else
-- gave the event stands beside it.
CREATE TABLE workout_stats_ledger (
    fact_id     BLOB NOT NULL PRIMARY KEY,
    foreign_id  BLOB,
    kind        INTEGER NOT NULL,
    source      TEXT NOT NULL,
    said_us     INTEGER NOT NULL,
    received_us INTEGER NOT NULL,
    data        TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX workout_stats_ledger_foreign ON workout_stats_ledger (foreign_id) WHERE foreign_id IS NOT NULL;

-- What has the identity of something in the ledger and says something else.
CREATE TABLE workout_stats_quarantine (
    fingerprint BLOB NOT NULL PRIMARY KEY,
    fact_id     BLOB NOT NULL,
    event_id    BLOB NOT NULL,
    user_id     BLOB,
    kind        INTEGER NOT NULL,
    source      TEXT NOT NULL,
    said_us     INTEGER NOT NULL,
    received_us INTEGER NOT NULL,
    data        TEXT NOT NULL
) STRICT;
CREATE INDEX workout_stats_quarantine_user ON workout_stats_quarantine (user_id);

-- What counts for each workout. Without a user nothing does: it was deleted, or its person was erased.
CREATE TABLE workout_stats_workouts (
    workout_id       BLOB NOT NULL PRIMARY KEY,
    revision         INTEGER NOT NULL CHECK (revision > 0),
    kind             INTEGER NOT NULL,
    fact_id          BLOB,
    user_id          BLOB,
    started_us       INTEGER,
    day              INTEGER,
    activity         TEXT,
    duration_s       INTEGER,
    energy_kcal      INTEGER,
    distance_m       INTEGER,
    elevation_gain_m INTEGER,
    volume_g         INTEGER,
    sets             INTEGER
) STRICT;
CREATE INDEX workout_stats_workouts_user ON workout_stats_workouts (user_id, started_us, workout_id) WHERE user_id IS NOT NULL;

-- Facts that do not count, or no longer: whose they are, and of which workout.
CREATE TABLE workout_stats_past (
    fact_id    BLOB NOT NULL PRIMARY KEY,
    workout_id BLOB,
    user_id    BLOB
) STRICT;
CREATE INDEX workout_stats_past_user ON workout_stats_past (user_id);
CREATE INDEX workout_stats_past_workout ON workout_stats_past (workout_id);

-- The people, with the sums over all their workouts. The row is the lock of all that is theirs.
CREATE TABLE workout_stats_people (
    user_id            BLOB NOT NULL PRIMARY KEY,
    definition         INTEGER NOT NULL,
    version            INTEGER NOT NULL,
    changed_us         INTEGER NOT NULL,
    erased_us          INTEGER,
    preferences        TEXT,
    workouts           INTEGER NOT NULL CHECK (workouts >= 0),
    duration_s         INTEGER NOT NULL CHECK (duration_s >= 0),
    energy_kcal        INTEGER NOT NULL CHECK (energy_kcal >= 0),
    energy_workouts    INTEGER NOT NULL CHECK (energy_workouts >= 0),
    distance_m         INTEGER NOT NULL CHECK (distance_m >= 0),
    distance_workouts  INTEGER NOT NULL CHECK (distance_workouts >= 0),
    elevation_gain_m   INTEGER NOT NULL CHECK (elevation_gain_m >= 0),
    elevation_workouts INTEGER NOT NULL CHECK (elevation_workouts >= 0),
    sets               INTEGER NOT NULL CHECK (sets >= 0),
    reps               INTEGER NOT NULL CHECK (reps >= 0),
    volume_g           INTEGER NOT NULL CHECK (volume_g >= 0),
    warmup_volume_g    INTEGER NOT NULL CHECK (warmup_volume_g >= 0),
    volume_workouts    INTEGER NOT NULL CHECK (volume_workouts >= 0)
) STRICT, WITHOUT ROWID;
