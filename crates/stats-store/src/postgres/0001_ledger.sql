-- What happened, for ever. One row for an event id, and one for a workout and revision; a deletion may have the number
-- of a revision.
CREATE TABLE workout_stats.ledger (
    event_id    uuid PRIMARY KEY,
    workout_id  uuid NOT NULL,
    revision    integer NOT NULL CHECK (revision > 0),
    deleted     boolean NOT NULL,
    data        text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (workout_id, revision, deleted)
);

-- What has the identity of something in the ledger and says something else.
CREATE TABLE workout_stats.quarantine (
    event_id    uuid NOT NULL,
    fingerprint uuid NOT NULL,
    data        text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (event_id, fingerprint)
);

-- The fact that counts for each workout. Revision 0: nothing is known yet, someone is about to write.
CREATE TABLE workout_stats.heads (
    workout_id  uuid PRIMARY KEY,
    revision    integer NOT NULL DEFAULT 0,
    deleted     boolean NOT NULL DEFAULT false,
    user_id     uuid,
    duration_s  bigint,
    energy_kcal bigint
);

-- The sums of the heads by user.
CREATE TABLE workout_stats.totals (
    user_id         uuid PRIMARY KEY,
    workouts        bigint NOT NULL CHECK (workouts >= 0),
    duration_s      bigint NOT NULL CHECK (duration_s >= 0),
    energy_kcal     bigint NOT NULL CHECK (energy_kcal >= 0),
    energy_workouts bigint NOT NULL CHECK (energy_workouts >= 0)
);
