-- The sums of the people who want to be compared with others: by week, month and year, and of all of it.
CREATE TABLE workout_stats_standings (
    user_id            BLOB NOT NULL,
    span               INTEGER NOT NULL,
    first_day          INTEGER NOT NULL,
    activity           TEXT NOT NULL,
    workouts           INTEGER NOT NULL,
    duration_s         INTEGER NOT NULL,
    energy_kcal        INTEGER NOT NULL,
    energy_workouts    INTEGER NOT NULL,
    distance_m         INTEGER NOT NULL,
    distance_workouts  INTEGER NOT NULL,
    elevation_gain_m   INTEGER NOT NULL,
    elevation_workouts INTEGER NOT NULL,
    sets               INTEGER NOT NULL,
    reps               INTEGER NOT NULL,
    volume_g           INTEGER NOT NULL,
    warmup_volume_g    INTEGER NOT NULL,
    volume_workouts    INTEGER NOT NULL,
    PRIMARY KEY (user_id, span, first_day, activity)
) STRICT, WITHOUT ROWID;
CREATE INDEX workout_stats_standings_board ON workout_stats_standings (span, first_day);
