-- What was said about each goal, and up to which day it was told what was missed.
CREATE TABLE workout_stats.goals (
    user_id     uuid NOT NULL,
    goal_id     uuid NOT NULL,
    spoken      text NOT NULL,
    settled_day bigint,
    PRIMARY KEY (user_id, goal_id)
);

-- The stretches of days in which a goal was reached, and those of which it was told that it was not.
CREATE TABLE workout_stats.outcomes (
    user_id    uuid NOT NULL,
    goal_id    uuid NOT NULL,
    first_day  bigint NOT NULL,
    achieved   bigint NOT NULL,
    last_day   bigint NOT NULL,
    target     bigint NOT NULL,
    value      bigint NOT NULL,
    at_us      bigint,
    workout_id uuid,
    PRIMARY KEY (user_id, goal_id, first_day)
);

-- Whoever has no goals costs a write nothing.
ALTER TABLE workout_stats.people ADD COLUMN goals bigint NOT NULL DEFAULT 0;
