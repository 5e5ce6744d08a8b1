//! The store that a command works on.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use indicatif::ProgressBar;
use stats_store::{Progress, StatsStore, StatsStoreBuilder, StoreError};
use tokio::select;

use crate::amqp::Secret;
use crate::failure::Failure;
use crate::progress;
use crate::signal::Requests;

/// The options of every command that needs a store: put them into its own with `#[command(flatten)]`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Store")]
pub(crate) struct Place {
    /// The store: `postgres://user:password@host/database`, or `sqlite://FILE`.
    ///
    /// PostgreSQL on another machine is reached by TLS, unless `?sslmode=disable` says otherwise; `sslrootcert=FILE` names
    /// whom to trust. Set the variable rather than the option where others can list the processes of the machine.
    #[arg(
        long = "store",
        value_name = "URL",
        env = "WORKOUT_STORE",
        hide_env_values = true,
        required_unless_present = "store_file"
    )]
    url: Option<Secret>,

    /// Reads the URL from a file, such as an orchestrator mounts for secrets. Goes before `WORKOUT_STORE`.
    #[arg(long, value_name = "FILE", env = "WORKOUT_STORE_FILE")]
    store_file: Option<PathBuf>,
}

impl Place {
    /// How to open it, or why that is not possible.
    pub(crate) fn builder(&self) -> Result<StatsStoreBuilder, Failure> {
        let url = match &self.store_file {
            Some(file) => fs::read_to_string(file).map_err(|error| Failure::at(file, error))?,
            None => self.url.as_ref().map_or_else(String::new, |url| url.0.clone()),
        };
        match url.trim_end_matches(['\r', '\n']) {
            "" => Err(Failure::new(
                "the URL of the store is empty: give --store postgres://user:password@host/database, or set WORKOUT_STORE",
            )),
            "memory" => {
                Err(Failure::new("what is in the memory of a process is not seen by others: give --store another URL"))
            }
            url => Ok(StatsStore::builder(url)),
        }
    }

    /// Opens what is there, and makes nothing.
    pub(crate) async fn open(&self) -> Result<StatsStore, Failure> {
        self.builder()?.open().await.map_err(|error| failure(&error))
    }
}

/// What the store did not do.
pub(crate) fn failure(error: &StoreError) -> Failure {
    Failure::because("store", error)
}

/// Does something that can be done again when it is told to end.
pub(super) async fn until_asked<T>(work: impl Future<Output = Result<T, StoreError>>) -> Result<T, Failure> {
    let mut requests = Requests::listen()?;
    select! {
        done = work => done.map_err(|error| failure(&error)),
        () = requests.next() => {
            Err(Failure::new("interrupted: what is done stays done, and the same command goes on with what is left"))
        }
    }
}

/// Shows how far something is, from when that is known.
pub(super) fn bar() -> impl FnMut(Progress) + Send {
    let mut bar: Option<ProgressBar> = None;
    move |Progress { done, all, .. }| {
        let bar = bar.get_or_insert_with(|| progress::count(all));
        bar.set_length(all);
        bar.set_position(done);
        if done == all {
            bar.finish_and_clear();
        }
    }
}
