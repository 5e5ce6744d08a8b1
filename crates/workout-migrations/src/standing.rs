//! Where a schema stands, for those who only look.

#[cfg(feature = "postgres")]
use sqlx::postgres::PgConnection;
#[cfg(feature = "sqlite")]
use sqlx::sqlite::SqliteConnection;

use crate::error::MigrationError;
use crate::migration::Migrations;
use crate::plan::Plan;

/// How far a database has come. Found without changing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Standing {
    /// The version of the schema, 0 where there is none.
    pub version: u32,
    /// How many migrations of this program are missing.
    pub missing: u32,
    /// How many migrations of newer programs there are. All of them are compatible.
    pub ahead: u32,
}

impl Migrations {
    /// Looks how far a schema has come, and applies nothing.
    ///
    /// # Errors
    /// When the database refuses, when a migration was edited, or when the schema is of a newer program and not
    /// compatible with this one.
    #[cfg(feature = "postgres")]
    pub async fn standing_in_postgres(&self, connection: &mut PgConnection) -> Result<Standing, MigrationError> {
        let recorded = crate::postgres::recorded(self.name, connection).await?;
        Ok(Standing::from(&self.plan(&recorded)?))
    }

    /// Looks how far the tables have come, and applies nothing.
    ///
    /// # Errors
    /// As for [`standing_in_postgres`](Self::standing_in_postgres).
    #[cfg(feature = "sqlite")]
    pub async fn standing_in_sqlite(&self, connection: &mut SqliteConnection) -> Result<Standing, MigrationError> {
        let recorded = crate::sqlite::recorded(self.name, connection).await?;
        Ok(Standing::from(&self.plan(&recorded)?))
    }
}

impl From<&Plan> for Standing {
    fn from(Plan { report, .. }: &Plan) -> Self {
        let missing = report.applied;
        Self { version: report.version.saturating_sub(missing), missing, ahead: report.ahead }
    }
}
