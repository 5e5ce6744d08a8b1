//! What every broker has to do, whatever it stands on: a case for each promise.
//!
//! A transport of your own passes the suite when each test that this makes is green:
//!
//! ```
//! use workout_broker::in_process::Server;
//! use workout_broker::testing::contract::FreshServer;
//! use workout_broker::{Broker, contract_tests};
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
//! macro needs tokio with `macros` and `rt-multi-thread`. [`cases`] is for those who have a test runner of their own.

//! # Which case shows what
//!
//! | behaviour | cases |
//! |---|---|
//! | concurrent subscribers | `many_readers_at_once_get_each_message_once`, `readers_of_a_queue_share_it_in_turn` |
//! | concurrent publishers | `concurrent_publishers_have_their_own_outcomes` |
//! | consumer groups: a queue for each, shared by its readers | `a_message_reaches_every_queue_that_wants_it_once`, `readers_of_a_queue_share_it_in_turn`, `what_one_reader_leaves_another_gets` |
//! | topics | `patterns_match_words`, `a_fanout_looks_at_no_routing_key_and_the_topic_carries_what_it_does`, `the_default_exchange_leads_to_the_queue_of_that_name` |
//! | in order | `a_window_has_the_outcome_of_each_message`, `what_is_not_settled_comes_again_in_its_order` |
//! | what a message carries (trace context, headers) | `a_message_arrives_as_it_was_published` |
//! | resend on error | `what_is_put_back_comes_again_before_what_is_new`, `a_delayed_message_comes_to_its_queue_after_its_time` |
//! | bounded redelivery | `a_message_that_is_put_back_comes_again_until_it_is_dead` |
//! | no acknowledgement | `what_is_not_settled_comes_again_in_its_order`, `no_more_than_the_prefetch_is_out` |
//! | stale acknowledgement | `what_came_on_an_ended_subscription_cannot_be_settled` |
//! | go on after an end | `reading_goes_on_after_each_end`, `a_stopped_subscription_gives_what_had_come_and_ends` |
//! | go on after errors | `errors_now_and_then_lose_and_double_nothing` |
//! | late subscribers get old messages | `who_comes_late_gets_what_was_published_before`, `a_stream_gives_all_to_each_reader` |
//! | reconnect | `links_are_made_again_and_nothing_confirmed_is_lost` (a server that can be [cut](FreshServer::cut)) |
//! | drain | `acknowledgements_are_not_lost_at_the_end`, `what_a_closed_broker_had_not_settled_comes_again` |
//! | back-pressure | `a_starved_server_holds_up_publishers_and_no_readers` (a server that can be [starved](FreshServer::starve)) |
//! | what comes back is told of the right message | `of_windows_side_by_side_exactly_the_unroutable_messages_are_returned`, `messages_follow_one_another_each_with_its_own_outcome`, `twins_in_a_window_come_back_together` |
//!
//! What needs handlers, such as a context that ends with its message, is what the suite of the consumer asks for.

#![expect(clippy::missing_panics_doc, reason = "a panic is how a case says that it failed")]

mod closing;
mod delaying;
mod enduring;
mod kit;
mod publishing;
mod reading;
mod routing;
mod sending;
mod settling;
mod sharing;
mod streams;

use std::future::ready;
use std::pin::Pin;

use crate::broker::Broker;

pub use closing::*;
pub use delaying::*;
pub use enduring::*;
pub use publishing::*;
pub use reading::*;
pub use routing::*;
pub use sending::*;
pub use settling::*;
pub use sharing::*;
pub use streams::*;

/// A server that nobody else uses, and on which nothing was declared but the exchanges of the contract.
pub trait FreshServer: Send + Sync {
    /// A connection of its own to this server.
    fn connect(&self) -> impl Future<Output = Broker> + Send;

    /// Ends all connections to it, which can be made again at once. `false` where a test cannot do that: the case that
    /// needs it shows nothing then.
    fn cut(&self) -> impl Future<Output = bool> + Send {
        ready(false)
    }

    /// Makes it short of memory or disk, so that it takes nothing in, or gives it back. `false` where a test cannot do that.
    fn starve(&self, starved: bool) -> impl Future<Output = bool> + Send {
        let _ = starved;
        ready(false)
    }
}

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
        $crate::__contract_cases!([$crate::__contract_tests][$server]);
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __contract_tests {
    ([$server:expr] $($case:ident)*) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                let server = $server;
                ::std::boxed::Box::pin($crate::testing::contract::$case(&server)).await;
            }
        )*
    };
}

/// The names of all cases, in one place, for whoever makes something of each.
#[doc(hidden)]
#[macro_export]
macro_rules! __contract_cases {
    ([$($then:tt)+] [$($with:tt)*]) => {
        $($then)+! {
            [$($with)*]
            what_nobody_wants_is_returned_and_harms_no_neighbour
            a_window_has_the_outcome_of_each_message
            of_windows_side_by_side_exactly_the_unroutable_messages_are_returned
            messages_follow_one_another_each_with_its_own_outcome
            what_is_abandoned_is_settled_and_harms_no_later_message
            concurrent_publishers_have_their_own_outcomes
            twins_in_a_window_come_back_together
            a_missing_exchange_ends_a_window_and_not_the_lane
            a_window_that_was_given_up_harms_no_later_one
            a_message_arrives_as_it_was_published
            names_as_long_as_amqp_can_say_are_carried_and_longer_ones_refused

            a_message_reaches_every_queue_that_wants_it_once
            a_fanout_looks_at_no_routing_key_and_the_topic_carries_what_it_does
            the_default_exchange_leads_to_the_queue_of_that_name
            patterns_match_words
            what_does_not_exist_is_not_found
            declaring_again_adds_bindings_and_keeps_messages
            a_queue_that_exists_with_other_properties_is_refused
            a_topology_is_planned_applied_and_checked
            a_temporary_queue_is_there_for_its_reader

            no_more_than_the_prefetch_is_out
            the_depth_of_a_queue_is_what_waits_in_it
            several_messages_are_taken_at_once_and_settled_with_one_word
            a_read_that_was_given_up_loses_nothing
            a_stopped_subscription_gives_what_had_come_and_ends
            what_is_not_settled_comes_again_in_its_order
            what_is_put_back_comes_again_before_what_is_new

            a_message_that_is_put_back_comes_again_until_it_is_dead
            a_rejected_message_is_dead_at_once
            a_dead_letter_that_is_published_again_begins_anew
            one_acknowledgement_settles_all_before_it
            what_came_on_an_ended_subscription_cannot_be_settled

            a_delayed_message_comes_to_its_queue_after_its_time
            a_delay_passes_without_a_reader
            a_message_that_has_waited_still_says_of_what_it_dies
            a_delay_that_no_broker_keeps_is_refused

            readers_of_a_queue_share_it_in_turn
            many_readers_at_once_get_each_message_once
            what_one_reader_leaves_another_gets
            connections_share_queues

            a_stream_gives_all_to_each_reader
            a_reader_of_a_stream_begins_where_it_asks_to
            what_is_said_to_a_message_of_a_stream_makes_room_for_more
            who_has_read_up_to_the_end_has_read_all
            what_is_no_stream_is_not_read_as_one
            a_history_is_planned_and_keeps_its_age

            who_comes_late_gets_what_was_published_before
            reading_goes_on_after_each_end
            errors_now_and_then_lose_and_double_nothing
            links_are_made_again_and_nothing_confirmed_is_lost
            a_starved_server_holds_up_publishers_and_no_readers

            acknowledgements_are_not_lost_at_the_end
            a_fresh_broker_is_well
            a_broker_can_be_closed_at_once
            a_closed_broker_answers_closed_to_everything
            what_a_closed_broker_had_not_settled_comes_again
        }
    };
}
