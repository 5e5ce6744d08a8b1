//! What a consumer does, whatever its broker stands on: a case for each promise.
//!
//! For who brings a transport of their own: it passes the suite of
//! [`workout_broker::testing::contract`], which asks for what the engine relies on, and then this one, which shows that
//! the engine works on it. A test is made of each case:
//!
//! ```
//! use workout_broker::in_process::Server;
//! use workout_consumer::testing::contract::FreshServer;
//! use workout_consumer::{Broker, contract_tests};
//!
//! struct Mine(Server);
//!
//! impl FreshServer for Mine {
//!     async fn connect(&self) -> Broker {
//!         self.0.connect() // yours: Broker::new(MyTransport::connect(...).await)
//!     }
//! }
//!
//! contract_tests!(Mine(Server::new()));
//! ```
//!
//! Each test evaluates the expression, which may await, and gets a server of its own from it. The crate that calls the
//! macro needs tokio with `macros` and `rt-multi-thread`. Where nothing but time passes,
//! `contract_tests!(Mine(Server::new()), start_paused = true)` gives other arguments to `tokio::test`. [`cases`] is for
//! those who have a test runner of their own.
//!
//! | behaviour | case |
//! |---|---|
//! | an event is handled once | [`each_event_is_handled_once_and_leaves_the_queue`] |
//! | nothing is acknowledged before its handler is done | [`what_was_not_finished_comes_again`] |
//! | a consumer that comes late gets what was published before | [`a_late_consumer_gets_what_was_published_before`] |
//! | one handler keeps the order | [`one_handler_keeps_the_order_of_the_queue`] |
//! | handlers in parallel keep the order of subjects | [`events_about_the_same_keep_their_order_among_many_handlers`] |
//! | back-pressure | [`no_more_is_out_than_the_prefetch`] |
//! | an error is tried again, at once and up the ladder | [`what_fails_is_tried_again_until_it_succeeds`] |
//! | errors and panics harm no neighbour | [`errors_and_panics_harm_no_neighbour`] |
//! | what fails to the end is a dead letter that says why | [`what_fails_to_the_end_is_dead_and_says_why`] |
//! | what is no event is a dead letter that says why | [`what_is_no_event_is_quarantined`] |
//! | poison is taken out of a batch | [`poison_in_a_batch_is_dead_alone`] |
//! | redelivery is bounded | [`what_ends_every_process_is_dead_after_a_while`], [`what_ends_every_process_does_not_take_its_batch_with_it`] |
//! | dead letters come back, and count once | [`dead_letters_that_are_replayed_count_once`] |
//! | a drain finishes what has begun | [`a_drain_finishes_what_has_begun_and_leaves_the_rest`] |
//! | a drain ends in time | [`what_a_drain_has_no_time_for_comes_again`] |
//! | an outage of what handlers need pauses them | [`an_outage_pauses_handlers_and_costs_no_attempt`] |
//! | a lost link is made again | [`a_consumer_outlives_its_link`] (a server that can be [cut](FreshServer::cut)) |
//! | consumers of one queue share its work | [`consumers_of_a_queue_share_its_work`] |
//! | consumers of several queues each get all | [`each_queue_gets_all_events`] |

#![expect(clippy::missing_panics_doc, reason = "a panic is how a case says that it failed")]

mod crashing;
mod ending;
mod failing;
mod handling;
mod interrupting;
mod kit;
mod poison;
mod sharing;

use std::pin::Pin;

pub use crashing::*;
pub use ending::*;
pub use failing::*;
pub use handling::*;
pub use interrupting::*;
pub use poison::*;
pub use sharing::*;
pub use workout_broker::testing::contract::FreshServer;

/// A case of the suite.
pub struct Case<S> {
    /// What it shows.
    pub name: &'static str,
    run: for<'s> fn(&'s S) -> Pin<Box<dyn Future<Output = ()> + Send + 's>>,
}

impl<S> Case<S> {
    /// Runs it against a fresh server. It panics when the promise is broken.
    pub async fn run(&self, server: &S) {
        (self.run)(server).await;
    }
}

impl<S> std::fmt::Debug for Case<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Case").field(&self.name).finish()
    }
}

macro_rules! list_of_cases {
    ([] $($case:ident)*) => { vec![$(Case { name: stringify!($case), run: |server| Box::pin($case(server)) }),*] };
}

/// All cases.
#[must_use]
pub fn cases<S: FreshServer>() -> Vec<Case<S>> {
    crate::__contract_cases!([list_of_cases] [])
}

/// Makes a test of each case of the contract suite, for the server that the expression gives: see
/// [`testing::contract`](crate::testing::contract).
#[macro_export]
macro_rules! contract_tests {
    ($server:expr) => {
        $crate::contract_tests!($server, flavor = "multi_thread");
    };
    ($server:expr, $($how:tt)+) => {
        $crate::__contract_cases!([$crate::__contract_tests][$server, [$($how)+]]);
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __contract_tests {
    ([$server:expr, $how:tt] $($case:ident)*) => {
        $($crate::__contract_test!($case, $server, $how);)*
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __contract_test {
    ($case:ident, $server:expr, [$($how:tt)+]) => {
        #[tokio::test($($how)+)]
        async fn $case() {
            let server = $server;
            ::std::boxed::Box::pin($crate::testing::contract::$case(&server)).await;
        }
    };
}

/// The names of all cases, in one place, for whoever makes something of each.
#[doc(hidden)]
#[macro_export]
macro_rules! __contract_cases {
    ([$($then:tt)+] [$($with:tt)*]) => {
        $($then)+! {
            [$($with)*]
            each_event_is_handled_once_and_leaves_the_queue
            what_was_not_finished_comes_again
            a_late_consumer_gets_what_was_published_before
            one_handler_keeps_the_order_of_the_queue
            events_about_the_same_keep_their_order_among_many_handlers
            no_more_is_out_than_the_prefetch

            what_fails_is_tried_again_until_it_succeeds
            errors_and_panics_harm_no_neighbour
            what_fails_to_the_end_is_dead_and_says_why
            dead_letters_that_are_replayed_count_once

            what_is_no_event_is_quarantined
            poison_in_a_batch_is_dead_alone

            what_ends_every_process_is_dead_after_a_while
            what_ends_every_process_does_not_take_its_batch_with_it

            a_drain_finishes_what_has_begun_and_leaves_the_rest
            what_a_drain_has_no_time_for_comes_again

            an_outage_pauses_handlers_and_costs_no_attempt
            a_consumer_outlives_its_link

            consumers_of_a_queue_share_its_work
            each_queue_gets_all_events
        }
    };
}
