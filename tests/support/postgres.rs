//! A PostgreSQL database for each test.

use std::fmt;
use std::thread;
use std::time::Duration;

use tokio::{runtime, task, time};
use tokio_postgres::{Config, NoTls};

use crate::{env, unique};

/// Long enough for a loaded machine to copy the template database, short enough to fail with a reason.
const LIMIT: Duration = Duration::from_mins(1);

/// Creates an empty database that only this test knows.
///
/// # Panics
///
/// When no PostgreSQL is named in the environment, or when it refuses.
pub async fn database() -> Database {
    let server = env::required(env::POSTGRES_URL);
    let database = Database { name: unique::name(), server };
    let sql = format!("CREATE DATABASE {}", database.name);
    database.administer(sql).await.unwrap_or_else(|problem| panic!("no database for the test: {problem}"));
    database
}

/// A database that lives as long as this value. Dropping it also ends whatever connection is still open to it.
pub struct Database {
    name: String,
    server: String,
}

impl Database {
    /// The name, as `pg_database` has it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The URL for a client, with credentials and this database.
    #[must_use]
    pub fn url(&self) -> String {
        let (server, query) = self.server.split_once('?').unwrap_or((&self.server, ""));
        let authority = server.find("://").map_or(0, |at| at + 3);
        let end = server[authority..].find('/').map_or(server.len(), |at| authority + at);
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}/{}{mark}{query}", &server[..end], self.name)
    }

    /// Runs a statement outside of this database: `ALTER DATABASE`, `pg_terminate_backend` and the like.
    ///
    /// # Errors
    ///
    /// The server's or the client's reason, on one line.
    pub async fn administer(&self, sql: String) -> Result<(), String> {
        let server = self.server.clone();
        // On a thread of its own, as in `Drop`: one way to do it, whichever executor the test has.
        task::spawn_blocking(move || execute(&server, &sql)).await.map_err(|stopped| stopped.to_string())?
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        // A thread, because an executor cannot be started from within another one.
        let dropped = thread::scope(|scope| scope.spawn(|| execute(&self.server, &sql)).join());
        if let Ok(Err(problem)) = dropped {
            // A panic here would hide the failure that is perhaps already unwinding.
            eprintln!("the database {} stays behind: {problem}", self.name);
        }
    }
}

/// Without the URL's password.
impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Executes one statement on a connection of its own, blocking this thread.
pub(crate) fn execute(url: &str, sql: &str) -> Result<(), String> {
    let config: Config = url.parse().map_err(one_line)?;
    let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    let statement = async {
        let (client, connection) = config.connect(NoTls).await.map_err(one_line)?;
        let connection = tokio::spawn(connection);
        let executed = client.batch_execute(sql).await.map_err(one_line);
        drop(client);
        // The server must have seen the end: it refuses to copy a template database that someone is connected to.
        let _ = connection.await;
        executed
    };
    runtime.block_on(async { time::timeout(LIMIT, statement).await }).map_err(|_| format!("no answer in {LIMIT:?}"))?
}

/// The client's `Display` says only `db error`; what the server said is in the source.
fn one_line(error: tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(reason) => reason.to_string(),
        None => error.into_source().map_or_else(|| "no connection".to_owned(), |source| source.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::mem::ManuallyDrop;

    use super::Database;

    #[test]
    fn the_database_replaces_the_one_of_the_server_url() {
        #[track_caller]
        fn check(server: &str, want: &str) {
            let database = ManuallyDrop::new(Database { name: "mine".to_owned(), server: server.to_owned() });
            assert_eq!(database.url(), want);
        }
        check("postgres://a:b@host:1", "postgres://a:b@host:1/mine");
        check("postgres://a:b@host:1/", "postgres://a:b@host:1/mine");
        check("postgres://a@host/other?connect_timeout=3", "postgres://a@host/mine?connect_timeout=3");
    }
}
