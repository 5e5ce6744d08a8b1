-- What happened, for ever. One row for an event id, and one for a workout and revision; a deletion may have the number
-- of a revision.
CREATE TABLE workout_stats_ledger (
    event_id    BLOB NOT NULL PRIMARY KEY,
    workout_id  BLOB NOT NULL,
    revision    INTEGER NOT NULL CHECK (revision > 0),
    deleted     INTEGER NOT NULL,
    data        TEXT NOT NULL,
    recorded_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    UNIQUE (workout_id, revision, deleted)
) STRICT;

-- What has the identity of something in the ledger and says something else.
CREATE TABLE workout_stats_quarantine (
    event_id    BLOB NOT NULL,
    fingerprint BLOB NOT NULL,
    data        TEXT NOT NULL,
    recorded_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (event_id, fingerprint)
) STRICT;

-- The fact that counts for each workout. Revision 0: nothing is known yet, someone is about to write.
CREATE TABLE workout_stats_heads (
    workout_id  BLOB NOT NULL PRIMARY KEY,
    revision    INTEGER NOT NULL DEFAULT 0,
    deleted     INTEGER NOT NULL DEFAULT 0,
    user_id     BLOB,
    duration_s  INTEGER,
    energy_kcal INTEGER
) STRICT;

-- The sums of the heads by user.
CREATE TABLE workout_stats_totals (
    user_id         BLOB NOT NULL PRIMARY KEY,
    workouts        INTEGER NOT NULL CHECK (workouts >= 0),
    duration_s      INTEGER NOT NULL CHECK (duration_s >= 0),
    energy_kcal     INTEGER NOT NULL CHECK (energy_kcal >= 0),
    energy_workouts INTEGER NOT NULL CHECK (energy_workouts >= 0)
) STRICT;
