-- The sums of the people who want to be compared with others: by week, month and year, and of all of it.
CREATE TABLE workout_stats.standings (
    user_id            uuid NOT NULL,
    span               bigint NOT NULL,
    first_day          bigint NOT NULL,
    activity           text COLLATE "C" NOT NULL,
    workouts           bigint NOT NULL,
    duration_s         bigint NOT NULL,
    energy_kcal        bigint NOT NULL,
    energy_workouts    bigint NOT NULL,
    distance_m         bigint NOT NULL,
    distance_workouts  bigint NOT NULL,
    elevation_gain_m   bigint NOT NULL,
    elevation_workouts bigint NOT NULL,
    sets               bigint NOT NULL,
    reps               bigint NOT NULL,
    volume_g           bigint NOT NULL,
    warmup_volume_g    bigint NOT NULL,
    volume_workouts    bigint NOT NULL,
    PRIMARY KEY (user_id, span, first_day, activity)
) WITH (fillfactor = 80);
CREATE INDEX standings_board ON workout_stats.standings (span, first_day);
