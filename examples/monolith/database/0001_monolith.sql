-- The lock of all that is about one person, and what stays of one who was erased: that late messages bring nothing back.
CREATE TABLE monolith.people (
    user_id   uuid PRIMARY KEY,
    is_erased boolean NOT NULL DEFAULT false
);

-- What was performed here, and what was said of it, so that one revision never says two things.
CREATE TABLE monolith.performed (
    workout_id   uuid NOT NULL,
    revision     bigint NOT NULL,
    user_id      uuid NOT NULL REFERENCES monolith.people,
    digest       bytea NOT NULL,
    performed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workout_id, revision)
);
CREATE INDEX performed_by ON monolith.performed (user_id);

-- Sessions, as the events about them say it.
CREATE TABLE monolith.sessions (
    session_id uuid PRIMARY KEY,
    user_id    uuid NOT NULL REFERENCES monolith.people,
    started    jsonb NOT NULL,
    ended      jsonb
);
CREATE INDEX sessions_of ON monolith.sessions (user_id);

-- Of each workout that was heard of, wherever it was performed, the highest revision. What is gone keeps its revision, so
-- that an earlier one that comes later changes nothing.
CREATE TABLE monolith.heard (
    workout_id uuid PRIMARY KEY,
    revision   bigint NOT NULL,
    is_gone    boolean NOT NULL,
    user_id    uuid,
    ended_us   bigint,
    shown      jsonb,
    CHECK (num_nulls(user_id, ended_us, shown) = CASE WHEN is_gone THEN 3 ELSE 0 END)
);
CREATE INDEX last_of ON monolith.heard (user_id, ended_us, workout_id) WHERE NOT is_gone;
