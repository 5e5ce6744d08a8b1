-- What was said about each goal, and up to which day it was told what was missed.
CREATE TABLE workout_stats_goals (
    user_id     BLOB NOT NULL,
    goal_id     BLOB NOT NULL,
    spoken      TEXT NOT NULL,
    settled_day INTEGER,
    PRIMARY KEY (user_id, goal_id)
) STRICT, WITHOUT ROWID;

-- The stretches of days in which a goal was reached, and those of which it was told that it was not.
CREATE TABLE workout_stats_outcomes (
    user_id    BLOB NOT NULL,
    goal_id    BLOB NOT NULL,
    first_day  INTEGER NOT NULL,
    achieved   INTEGER NOT NULL,
    last_day   INTEGER NOT NULL,
    target     INTEGER NOT NULL,
    value      INTEGER NOT NULL,
    at_us      INTEGER,
    workout_id BLOB,
    PRIMARY KEY (user_id, goal_id, first_day)
) STRICT, WITHOUT ROWID;

-- Whoever has no goals costs a write nothing.
ALTER TABLE workout_stats_people ADD COLUMN goals INTEGER NOT NULL DEFAULT 0;
