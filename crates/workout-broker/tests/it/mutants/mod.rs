//! The suite has to notice a broken broker: each mutant breaks one promise, and the case fails that names it.

mod delivery;
mod transport;

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use tokio::runtime::Builder;
use workout_broker::Broker;
use workout_broker::in_process::Server;
use workout_broker::testing::contract::{Case, FreshServer, cases};

use transport::Mutated;

use crate::in_process::{cut, starve};

/// What is wrong with a broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bug {
    Nothing,
    GivesOutcomesToNeighbours,
    ConfirmsTheUnroutable,
    ReturnsOneTwinOnly,
    ConfirmsWhatNoExchangeTook,
    PublishesTwice,
    SettlesTwice,
    ForgetsWhatIsAbandoned,
    LosesHeaders,
    HidesHeaders,
    CutsLongNames,
    KnowsNoDefaultExchange,
    TakesAnyNumberOfWordsForOne,
    ForgetsBindings,
    SeesWhatIsMissing,
    IgnoresThePrefetch,
    IgnoresTheEnd,
    AcknowledgesWhatIsDropped,
    NeverSaysRedelivered,
    DoesNotCount,
    CountsNothing,
    ForgetsTheDeliveryLimit,
    DropsTheRejected,
    AcknowledgesOneForAll,
    ForgetsDelays,
    DelaysNothing,
    TellsTheFirstDeath,
    BeginsAtTheBeginning,
    SeesNoEnd,
    MiscountsOffsets,
    SettlesTheStale,
    LosesTheLastAcknowledgement,
    StaysOpen,
    IsAlwaysWell,
}

#[test]
fn the_suite_notices_each_mutant() {
    use Bug::*;
    for (bug, case) in [
        (GivesOutcomesToNeighbours, "of_windows_side_by_side_exactly_the_unroutable_messages_are_returned"),
        (ConfirmsTheUnroutable, "what_nobody_wants_is_returned_and_harms_no_neighbour"),
        (ReturnsOneTwinOnly, "twins_in_a_window_come_back_together"),
        (ConfirmsWhatNoExchangeTook, "a_missing_exchange_ends_a_window_and_not_the_lane"),
        (PublishesTwice, "a_message_reaches_every_queue_that_wants_it_once"),
        (SettlesTwice, "messages_follow_one_another_each_with_its_own_outcome"),
        (ForgetsWhatIsAbandoned, "what_is_abandoned_is_settled_and_harms_no_later_message"),
        (LosesHeaders, "a_message_arrives_as_it_was_published"),
        (HidesHeaders, "a_message_arrives_as_it_was_published"),
        (KnowsNoDefaultExchange, "the_default_exchange_leads_to_the_queue_of_that_name"),
        (CutsLongNames, "names_as_long_as_amqp_can_say_are_carried_and_longer_ones_refused"),
        (TakesAnyNumberOfWordsForOne, "patterns_match_words"),
        (SeesWhatIsMissing, "a_topology_is_planned_applied_and_checked"),
        (ForgetsBindings, "declaring_again_adds_bindings_and_keeps_messages"),
        (IgnoresThePrefetch, "no_more_than_the_prefetch_is_out"),
        (IgnoresTheEnd, "a_stopped_subscription_gives_what_had_come_and_ends"),
        (AcknowledgesWhatIsDropped, "what_is_not_settled_comes_again_in_its_order"),
        (NeverSaysRedelivered, "what_is_put_back_comes_again_before_what_is_new"),
        (CountsNothing, "the_depth_of_a_queue_is_what_waits_in_it"),
        (DoesNotCount, "a_message_that_is_put_back_comes_again_until_it_is_dead"),
        (ForgetsTheDeliveryLimit, "a_message_that_is_put_back_comes_again_until_it_is_dead"),
        (DropsTheRejected, "a_rejected_message_is_dead_at_once"),
        (AcknowledgesOneForAll, "one_acknowledgement_settles_all_before_it"),
        (ForgetsDelays, "a_delay_passes_without_a_reader"),
        (DelaysNothing, "a_delayed_message_comes_to_its_queue_after_its_time"),
        (TellsTheFirstDeath, "a_message_that_has_waited_still_says_of_what_it_dies"),
        (BeginsAtTheBeginning, "a_reader_of_a_stream_begins_where_it_asks_to"),
        (SeesNoEnd, "who_has_read_up_to_the_end_has_read_all"),
        (MiscountsOffsets, "a_stream_gives_all_to_each_reader"),
        (SettlesTheStale, "what_came_on_an_ended_subscription_cannot_be_settled"),
        (LosesTheLastAcknowledgement, "acknowledgements_are_not_lost_at_the_end"),
        (StaysOpen, "a_closed_broker_answers_closed_to_everything"),
        (IsAlwaysWell, "a_closed_broker_answers_closed_to_everything"),
    ] {
        let failed = failed(bug);
        assert!(failed.contains(&case), "{bug:?} is caught by {failed:?}");
    }
    assert_eq!(failed(Nothing), Vec::<&str>::new());
}

/// The cases that fail. Time is paused, so that waiting for what never comes takes none.
fn failed(bug: Bug) -> Vec<&'static str> {
    let fails = |case: &Case<Mutant>| {
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let run = || runtime.block_on(case.run(&Mutant { server: Server::new(), bug }));
        quietly(|| panic::catch_unwind(AssertUnwindSafe(run)).is_err())
    };
    cases().iter().filter(|case| fails(case)).map(|case| case.name).collect()
}

/// Without a word about panics, which are the point here.
fn quietly<T>(run: impl FnOnce() -> T) -> T {
    thread_local!(static QUIET: Cell<bool> = const { Cell::new(false) });
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let loud = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                loud(info);
            }
        }));
    });
    QUIET.set(true);
    let result = run();
    QUIET.set(false);
    result
}

struct Mutant {
    server: Server,
    bug: Bug,
}

impl FreshServer for Mutant {
    async fn connect(&self) -> Broker {
        Broker::new(Mutated { inner: Box::new(self.server.transport()), bug: self.bug })
    }

    async fn cut(&self) -> bool {
        cut(&self.server)
    }

    async fn starve(&self, starved: bool) -> bool {
        starve(&self.server, starved)
    }
}
