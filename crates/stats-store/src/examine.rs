//! Looking at a database before a service relies on it.

use workout_migrations::{MigrationError, Standing};

use crate::error::{Kind, StoreError, migration};
use crate::risk::Risk;
use crate::store::StatsStore;
use crate::{postgres, sqlite};

/// What a database would do to a store.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Examined {
    /// Which database it is, and of which version.
    pub database: String,
    /// What may cost what was committed, or keep the store from working.
    pub risks: Vec<Risk>,
}

impl StatsStore {
    /// Looks at the database of a URL and changes nothing: neither is a file made, nor the schema.
    ///
    /// # Errors
    /// When the URL is of another form than [`connect`](Self::connect) takes, or names the memory of a process, which nobody
    /// else can look at; and when the database does not answer or refuses.
    pub async fn examine(url: &str) -> Result<Examined, StoreError> {
        match url.split_once(':').map(|(scheme, _)| scheme) {
            Some("sqlite") => sqlite::examine(url).await,
            Some("postgres" | "postgresql") => postgres::examine(url).await,
            _ => Err(Kind::Url("it has to be sqlite://FILE or postgres://...").into()),
        }
    }
}

/// What follows from how far the schema has come.
pub(crate) fn of_schema(standing: Result<Standing, MigrationError>) -> Result<Option<Risk>, StoreError> {
    Ok(match standing {
        Ok(Standing { version: 0, .. }) => Some(Risk::SchemaMissing),
        Ok(Standing { missing: 1.., .. }) => Some(Risk::SchemaBehind),
        Ok(Standing { ahead: 1.., .. }) => Some(Risk::SchemaAhead),
        Ok(_) => None,
        Err(error) if error.is_newer() => Some(Risk::SchemaNewer),
        Err(error) if error.is_changed() => Some(Risk::SchemaChanged),
        Err(error) => return Err(migration(error)),
    })
}
