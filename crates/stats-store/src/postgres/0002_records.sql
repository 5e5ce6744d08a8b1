-- Every best there was, by person and by what it is a record of: an exercise or an activity.
CREATE TABLE workout_stats.records (
    user_id    uuid NOT NULL,
    scope      text COLLATE "C" NOT NULL,
    kind       text COLLATE "C" NOT NULL,
    started_us bigint NOT NULL,
    workout_id uuid NOT NULL,
    day        bigint NOT NULL,
    value      bigint NOT NULL,
    previous   bigint,
    PRIMARY KEY (user_id, scope, kind, started_us, workout_id)
);
CREATE INDEX records_latest ON workout_stats.records (user_id, started_us, workout_id);

-- Of each of them the last, in one row for what they are records of: what nearly every write has to know.
CREATE TABLE workout_stats.bests (
    user_id  uuid NOT NULL,
    scope    text COLLATE "C" NOT NULL,
    standing text NOT NULL,
    PRIMARY KEY (user_id, scope)
) WITH (fillfactor = 80);
