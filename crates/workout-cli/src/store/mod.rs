//! `workout store ...`

mod person;
mod place;

mod migrate;
mod stats;
mod summary;

mod rebuild;
mod verify;

mod erase;
mod quarantine;
mod retain;
mod settle;

mod partition;

use std::process::ExitCode;

use clap::Subcommand;

use crate::amqp;
use crate::failure::Failure;

/// The subcommands of `workout store`.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Brings the tables up to date, and says what was done.
    #[command(after_help = "\
A service does the same when it starts, unless its role may only read. Others may go on reading and writing meanwhile. \
The file of sqlite:// is made if it is not there.

Examples:
  workout store migrate --store postgres://stats:password@localhost/stats
  workout store migrate --dry-run

Exit codes: 0 done, 1 there is something left to do (--dry-run), 2 the store cannot be used.")]
    Migrate(migrate::Arguments),
    /// Every figure of a person.
    #[command(after_help = "\
With --json everything that can be asked for, under the names that the HTTP API uses.

Examples:
  workout store stats --user 0190c7a1-6b7e-7c1e-8a8e-3c2b1a0f9e8d
  workout store stats --user 0190c7a1-6b7e-7c1e-8a8e-3c2b1a0f9e8d --json | jq .streaks

Exit codes: 0 done, 1 nothing is known of that person, 2 the store cannot be used.")]
    Stats(stats::Arguments),
    /// Recomputes numbers from the ledger, and names those that differ.
    #[command(after_help = "\
Others may go on reading and writing; each person is locked for as long as it takes to look. What differs is mended by \
`workout store rebuild`, and is a defect to be reported.

Examples:
  workout store verify
  workout store verify --random 100
  workout store verify --user 0190c7a1-6b7e-7c1e-8a8e-3c2b1a0f9e8d --json

Exit codes: 0 all numbers are what the ledger says, 1 some are not, 2 the store cannot be used.")]
    Verify(verify::Arguments),
    /// Makes everything anew that is kept beside the ledger.
    #[command(after_help = "\
Those are rebuilt whose numbers were kept by an older version of the program; with --all everybody is. Others may go on \
reading and writing. It can be interrupted at any time; run again, it goes on with those who are left, but for --all.

Examples:
  workout store rebuild
  workout store rebuild --user 0190c7a1-6b7e-7c1e-8a8e-3c2b1a0f9e8d

Exit codes: 0 done, 2 the store cannot be used, or it was interrupted.")]
    Rebuild(rebuild::Arguments),
    /// Removes everything of a person, for good.
    #[command(after_help = "\
What stays is that this id was erased, and of its workouts that they never count again: old events that come again bring \
nothing back. Backups of the database keep what they have.

Examples:
  workout store erase-user --user 0190c7a1-6b7e-7c1e-8a8e-3c2b1a0f9e8d
  workout store erase-user --user 0190c7a1-6b7e-7c1e-8a8e-3c2b1a0f9e8d --yes

Exit codes: 0 the person is erased, 2 --yes is missing, or the store cannot be used.")]
    EraseUser(erase::Arguments),
    /// What contradicts the ledger and does not count.
    #[command(after_help = "\
Two different facts under one id: the first one counts, the others are here, and somebody has published what he should not \
have. With --json a line for each, with what it says.

Examples:
  workout store quarantine
  workout store quarantine --json | jq -r .source | sort | uniq -c

Exit codes: 0 done, 1 there is more than was asked for, 2 the store cannot be used.")]
    Quarantine(quarantine::Arguments),
    /// Lets go what does not count and is old: what edited and deleted workouts said, and the quarantine.
    #[command(after_help = "\
Ids and fingerprints are kept for ever, so that what comes again is still a duplicate. No number changes, and what counts \
is not touched, however old it is. It can be interrupted at any time and run again.

Examples:
  workout store retain --superseded 400d --yes
  workout store retain --superseded 400d --quarantine 90d --yes

Exit codes: 0 done, 2 --yes is missing, the store cannot be used, or it was interrupted.")]
    Retain(retain::Arguments),
    /// Tells of each goal that its time is over and it was not reached (`goal.missed`), once.
    #[command(after_help = "\
That a goal is missed follows from nothing but time, so somebody has to look, once a day. The events go into the outbox of \
the same database, whose relay is part of the service. A week, a month or a due date is judged two days after its end.

Example, for a crontab:
  17 3 * * *  workout store settle

Exit codes: 0 done, 2 the store cannot be used or has no outbox, or it was interrupted.")]
    Settle(settle::Arguments),
    /// Partitions the large tables of a store in PostgreSQL by hash.
    #[command(after_help = "\
For installations with hundreds of millions of workouts. While a table is partitioned nobody else reads or writes it, and \
it needs its size once more on disk. Interrupted, it goes on with the tables that are left when it is run again. The role \
has to be the owner of the tables.

Example:
  workout store partition --partitions 16 --yes

Exit codes: 0 done, 2 --yes is missing, the store cannot be used, or it was interrupted.")]
    Partition(partition::Arguments),
}

/// Runs `workout store ...`.
pub(crate) fn run(command: Command) -> Result<ExitCode, Failure> {
    amqp::run(async move {
        match command {
            Command::Migrate(arguments) => migrate::run(arguments).await,
            Command::Stats(arguments) => Box::pin(stats::run(arguments)).await,
            Command::Verify(arguments) => verify::run(arguments).await,
            Command::Rebuild(arguments) => rebuild::run(arguments).await,
            Command::EraseUser(arguments) => erase::run(arguments).await,
            Command::Quarantine(arguments) => quarantine::run(arguments).await,
            Command::Retain(arguments) => retain::run(arguments).await,
            Command::Settle(arguments) => settle::run(arguments).await,
            Command::Partition(arguments) => partition::run(arguments).await,
        }
    })
}
