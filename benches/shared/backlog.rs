//! Workouts that are there before anything is measured.

use sqlx::postgres::PgPool;
use uuid::Uuid;
use workout_events::UserId;

use crate::Failure;

/// How many rows a statement makes.
const STEP: u64 = 100_000;

/// How many workouts each person has.
const EACH: u64 = 100;

/// Workouts of ten years. What the store would keep of them, made by the database, which is faster.
const FILL: &str = "
    WITH new AS MATERIALIZED (
             SELECT gen_random_uuid() AS fact_id, gen_random_uuid() AS workout_id,
                    ($2::uuid[])[1 + floor(random() * cardinality($2::uuid[]))::int] AS user_id,
                    20000 - floor(random() * 3650)::bigint AS day
             FROM generate_series(1, $1)),
         ledger AS (
             INSERT INTO workout_stats.ledger (fact_id, kind, source, said_us, received_us, data)
             SELECT fact_id, 1, '/bench', day * 86400000000, day * 86400000000, $3 FROM new),
         workouts AS (
             INSERT INTO workout_stats.workouts
                 (workout_id, revision, kind, fact_id, user_id, started_us, day, activity, duration_s, sets)
             SELECT workout_id, 1, 1, fact_id, user_id, day * 86400000000, day, 'running', 3600, 0 FROM new)
    INSERT INTO workout_stats.days
    SELECT user_id,
           12 * extract(year FROM date '1970-01-01' + day::int) + extract(month FROM date '1970-01-01' + day::int) - 1,
           day, 'running', count(*), sum(3600), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    FROM new GROUP BY user_id, day
    ON CONFLICT DO NOTHING";

/// Puts so many workouts into a store, all of them with this data, of people who are called `bench` and a number.
///
/// # Errors
/// When the database refuses.
pub async fn backlog(pool: &PgPool, rows: u64, data: &str) -> Result<(), Failure> {
    let people: Vec<_> = (0..(rows / EACH).max(1_000))
        .map(|number| Uuid::from(UserId::from_foreign("bench", &number.to_string())))
        .collect();
    let mut left = rows;
    while left > 0 {
        let step = STEP.min(left);
        sqlx::query(FILL).bind(i64::try_from(step)?).bind(&people).bind(data).execute(pool).await?;
        left -= step;
    }
    sqlx::raw_sql("VACUUM ANALYZE").execute(pool).await?;
    sqlx::raw_sql("CHECKPOINT").execute(pool).await?;
    Ok(())
}
