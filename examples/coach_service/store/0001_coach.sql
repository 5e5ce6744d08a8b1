-- Everybody whom the coach knows. The row is also the lock of all that is about one person, and what stays of one who was
-- erased: that old messages bring nothing back.
CREATE TABLE coach.people (
    user_id     uuid PRIMARY KEY,
    known_since timestamptz NOT NULL DEFAULT now(),
    erased_at   timestamptz
);
CREATE INDEX people_there ON coach.people (user_id) WHERE erased_at IS NULL;

-- The status of each workout: its newest revision.
CREATE TABLE coach.workouts (
    workout_id   uuid PRIMARY KEY,
    user_id      uuid NOT NULL REFERENCES coach.people,
    status       text NOT NULL DEFAULT 'performed' CHECK (status = 'performed'),
    revision     bigint NOT NULL,
    performed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX workouts_of ON coach.workouts (user_id);

-- What was said about it, so that the same revision never says two things.
CREATE TABLE coach.revisions (
    workout_id uuid NOT NULL REFERENCES coach.workouts ON DELETE CASCADE,
    revision   bigint NOT NULL,
    digest     bytea NOT NULL,
    PRIMARY KEY (workout_id, revision)
);

CREATE TABLE coach.requests (
    request_id   uuid PRIMARY KEY,
    user_id      uuid NOT NULL REFERENCES coach.people,
    seed         bigint NOT NULL,
    constraints  jsonb,
    deadline     timestamptz,
    requested_at timestamptz NOT NULL DEFAULT now(),
    state        text NOT NULL DEFAULT 'requested' CHECK (state IN ('requested', 'generated', 'given_up')),
    -- How many attempts there were in all, also before a replay. Each is told at most once, under its number.
    attempts     integer NOT NULL DEFAULT 0,
    reason       text,
    CHECK ((state = 'given_up') = (reason IS NOT NULL))
);
CREATE INDEX requests_of ON coach.requests (user_id);

CREATE TABLE coach.wods (
    wod_id     uuid PRIMARY KEY,
    -- One workout for each request, whatever comes twice.
    request_id uuid NOT NULL UNIQUE REFERENCES coach.requests ON DELETE CASCADE,
    user_id    uuid NOT NULL REFERENCES coach.people,
    created_at timestamptz NOT NULL DEFAULT now(),
    scheme     text NOT NULL,
    time_cap_s integer,
    rounds     integer
);
CREATE INDEX wods_of ON coach.wods (user_id, created_at, wod_id);

CREATE TABLE coach.wod_exercises (
    wod_id      uuid NOT NULL REFERENCES coach.wods ON DELETE CASCADE,
    position    integer NOT NULL,
    exercise_id text NOT NULL,
    name        text NOT NULL,
    reps        integer,
    distance_m  integer,
    duration_s  integer,
    PRIMARY KEY (wod_id, position),
    CHECK (num_nonnulls(reps, distance_m, duration_s) > 0)
);

-- What people are shown.
CREATE VIEW coach.shown_wods AS
SELECT wod_id, request_id, user_id, created_at, json_strip_nulls(json_build_object(
    'wod_id', wod_id, 'request_id', request_id, 'user_id', user_id, 'created_at', created_at,
    'scheme', scheme, 'time_cap_s', time_cap_s, 'rounds', rounds,
    'movements', (
        SELECT json_agg(json_build_object(
            'exercise_id', exercise_id, 'name', name, 'reps', reps, 'distance_m', distance_m, 'duration_s', duration_s
        ) ORDER BY position)
        FROM coach.wod_exercises WHERE wod_exercises.wod_id = wods.wod_id
    )
)) AS shown
FROM coach.wods;

CREATE VIEW coach.shown_requests AS
SELECT request_id, json_strip_nulls(json_build_object(
    'request_id', request_id, 'user_id', user_id, 'seed', seed, 'constraints', constraints, 'deadline', deadline,
    'requested_at', requested_at, 'state', state, 'attempts', attempts, 'reason', reason,
    'wod', (SELECT shown FROM coach.shown_wods WHERE shown_wods.request_id = requests.request_id)
)) AS shown
FROM coach.requests;
