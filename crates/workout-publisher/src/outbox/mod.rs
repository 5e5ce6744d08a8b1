//! The transactional outbox: an event is published if, and only if, the transaction that enqueued it was committed.
//!
//! A service that changes its database and publishes an event does two things of which one may fail. [`Outbox::enqueue`]
//! writes the event into the database, inside the caller's transaction; a [`Relay`] publishes later what is committed.
//!
//! | you want to | start at |
//! |---|---|
//! | enqueue an event in a transaction of yours | [`Outbox::enqueue`] |
//! | publish what was enqueued | [`Relay::new`], [`Relay::run`] |
//! | know how much waits, and since when | [`Outbox::lag`], and the metrics in `docs/observability.md` |
//! | see what cannot be published, and mend it | [`Outbox::parked`], [`Outbox::retry_parked`] |
//! | publish to something else than a broker | [`Sink`], [`Relay::through`] |
//!
//! The front page of the crate has an example.
//!
//! # Why there is no cursor
//!
//! A sequence number is taken when a row is written, and becomes visible when its transaction commits. Who remembers
//! "published up to 17" and looks for `seq > 17` never sees row 16, whose transaction took longer. So the relay has no
//! memory at all: it asks for rows that are **neither sent nor parked**, and a late row is simply one of them. The
//! sequence only says in which order rows go that are visible together.
//!
//! # Why leases
//!
//! A relay could keep its rows locked while it publishes them. But then a transaction would be open for as long as a
//! broker may be silent, which keeps `PostgreSQL` from cleaning up, and a publish that is cancelled would be one that is
//! cancelled inside a transaction. Instead a row is leased: one short statement says that nobody else may have it
//! before a certain time (`FOR UPDATE SKIP LOCKED` lets several relays do so at once), one short statement afterwards
//! says what became of it. A relay that dies in between loses its lease, and another relay publishes the same rows
//! again: **under the same event id**, which is the id of the row and of the message, so that readers count it once.
//!
//! # Long transactions
//!
//! A transaction of anybody that stays open does not hold up the relay: its rows are not there yet, and all others go.
//! But `PostgreSQL` cannot clean up behind the oldest open transaction, so that a look from the beginning walks past what
//! was sent since then. The relay therefore begins a little before what it leased last, and looks from the beginning as
//! often as that takes a twentieth of its time, which is some times a second: what commits late, or comes back for another
//! attempt, may wait for that. An event that may be such a one holds up later ones of its subject, as any other does. The
//! table still grows until that transaction ends: set `idle_in_transaction_session_timeout`.
//!
//! # Order
//!
//! Events of one subject are published in the order in which they were enqueued as long as one relay runs: a row waits
//! while an earlier one of its subject is leased or waits for another attempt. Two relays that ask at the same moment may
//! each get one of two events of a subject. Readers that need more than that compare revisions.
//!
//! # What becomes of a row
//!
//! Only `Confirmed` makes it sent, and after a time of retention it is deleted. Everything else makes it wait, longer
//! each time, and then go again. A row that cannot become a message is **parked** at once with a reason; so is one that
//! came back too often, because no queue wants it or the broker refuses it. It is kept, but no longer tried until
//! [`Outbox::retry_parked`] says so, and later events of its subject go. `Returned` does not park at once, because a queue
//! that is not there yet is the usual reason: after [`Relay::park_after`] attempts, an hour by default, it is nobody's
//! deployment any more. `Nacked` and `Unknown` never park a row, because it is not the row that is at fault. A row that
//! fails again and again is published alone, so that what is wrong with it does not happen to its neighbours.
//!
//! # Transactions
//!
//! Apart from the migration, every statement of the outbox is complete in itself: no transaction is open while the
//! broker is asked, there is no COMMIT whose answer could be misread, and each statement runs to its end in a task of its
//! own when whoever waits for it goes away.

mod error;
mod row;

mod backend;
mod handle;

mod backoff;
mod sink;
mod spill;
mod window;

mod relay;

#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

pub use backend::Backend;
pub use error::OutboxError;
pub use handle::{Lag, Outbox, Parked};
pub use relay::{Relay, Report};
pub use sink::Sink;

/// The outbox in `PostgreSQL`, in the schema `workout_outbox`.
#[cfg(feature = "postgres")]
pub type PgOutbox = Outbox<sqlx::Postgres>;

/// The outbox in SQLite, in tables whose names start with `workout_outbox_`.
#[cfg(feature = "sqlite")]
pub type SqliteOutbox = Outbox<sqlx::Sqlite>;
