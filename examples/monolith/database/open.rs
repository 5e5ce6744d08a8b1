//! The connections.

use sqlx::postgres::PgPool;
use workout_examples::database;
use workout_migrations::{Migration, Migrations};
use workout_publisher::outbox::PgOutbox;

use crate::database::DatabaseError;

/// A released one is never edited.
const MIGRATIONS: Migrations =
    Migrations::new("monolith", &[Migration::new("monolith", include_str!("0001_monolith.sql"))]);

/// What the monolith keeps. A clone shares the connections of the original.
#[derive(Clone)]
pub(crate) struct Database {
    pub(crate) pool: PgPool,
    pub(crate) outbox: PgOutbox,
}

impl Database {
    pub(crate) async fn connect(url: &str) -> Result<Self, DatabaseError> {
        let pool = database::open(url, &MIGRATIONS).await?;
        Ok(Self { outbox: PgOutbox::new(pool.clone()), pool })
    }
}
