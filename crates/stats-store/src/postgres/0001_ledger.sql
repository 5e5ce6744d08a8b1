-- What happened, for ever: a row for each fact. The id follows from what happened, where it does; one that somebody else
-- gave the event stands beside it.
CREATE TABLE workout_stats.ledger (
    fact_id     uuid PRIMARY KEY,
    foreign_id  uuid,
    kind        bigint NOT NULL,
    source      text NOT NULL,
    said_us     bigint NOT NULL,
    received_us bigint NOT NULL,
    data        text NOT NULL
);
CREATE UNIQUE INDEX ledger_foreign ON workout_stats.ledger (foreign_id) WHERE foreign_id IS NOT NULL;

-- What has the identity of something in the ledger and says something else.
CREATE TABLE workout_stats.quarantine (
    fingerprint uuid PRIMARY KEY,
    fact_id     uuid NOT NULL,
    event_id    uuid NOT NULL,
    user_id     uuid,
    kind        bigint NOT NULL,
    source      text NOT NULL,
    said_us     bigint NOT NULL,
    received_us bigint NOT NULL,
    data        text NOT NULL
);
CREATE INDEX quarantine_user ON workout_stats.quarantine (user_id);

-- What counts for each workout. Without a user nothing does: it was deleted, or its person was erased.
CREATE TABLE workout_stats.workouts (
    workout_id       uuid PRIMARY KEY,
    revision         bigint NOT NULL CHECK (revision > 0),
    kind             bigint NOT NULL,
    fact_id          uuid,
    user_id          uuid,
    started_us       bigint,
    day              bigint,
    activity         text,
    duration_s       bigint,
    energy_kcal      bigint,
    distance_m       bigint,
    elevation_gain_m bigint,
    volume_g         bigint,
    sets             bigint
);
CREATE INDEX workouts_user ON workout_stats.workouts (user_id, started_us, workout_id) WHERE user_id IS NOT NULL;

-- Facts that do not count, or no longer: whose they are, and of which workout.
CREATE TABLE workout_stats.past (
    fact_id    uuid PRIMARY KEY,
    workout_id uuid,
    user_id    uuid
);
CREATE INDEX past_user ON workout_stats.past (user_id);
CREATE INDEX past_workout ON workout_stats.past (workout_id);

-- The people, with the sums over all their workouts. The row is the lock of all that is theirs. It is rewritten by every
-- write, so pages keep room for that.
CREATE TABLE workout_stats.people (
    user_id            uuid PRIMARY KEY,
    definition         bigint NOT NULL,
    version            bigint NOT NULL,
    changed_us         bigint NOT NULL,
    erased_us          bigint,
    preferences        text,
    workouts           bigint NOT NULL CHECK (workouts >= 0),
    duration_s         bigint NOT NULL CHECK (duration_s >= 0),
    energy_kcal        bigint NOT NULL CHECK (energy_kcal >= 0),
    energy_workouts    bigint NOT NULL CHECK (energy_workouts >= 0),
    distance_m         bigint NOT NULL CHECK (distance_m >= 0),
    distance_workouts  bigint NOT NULL CHECK (distance_workouts >= 0),
    elevation_gain_m   bigint NOT NULL CHECK (elevation_gain_m >= 0),
    elevation_workouts bigint NOT NULL CHECK (elevation_workouts >= 0),
    sets               bigint NOT NULL CHECK (sets >= 0),
    reps               bigint NOT NULL CHECK (reps >= 0),
    volume_g           bigint NOT NULL CHECK (volume_g >= 0),
    warmup_volume_g    bigint NOT NULL CHECK (warmup_volume_g >= 0),
    volume_workouts    bigint NOT NULL CHECK (volume_workouts >= 0)
) WITH (fillfactor = 50);
