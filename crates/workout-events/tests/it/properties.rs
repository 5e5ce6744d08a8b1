//! What holds for every event and every text.

use proptest::prelude::*;
use proptest::sample::select;
use workout_events::types::{goal::GoalSet, group::GroupClosed, wod::WodGenerated};
use workout_events::{Decoder, Event, EventType, Registry, TypeInfo, WorkoutPerformed, testing};

fn any_type() -> impl Strategy<Value = TypeInfo> {
    select(Registry::workout().types().copied().collect::<Vec<_>>())
}

/// Reading what was written gives the same event, and writing it again the same bytes.
fn round_trip<T: EventType + PartialEq + std::fmt::Debug>(event: &Event<T>) -> Result<(), TestCaseError> {
    let bytes = event.encode();
    let again = Event::<T>::decode(&bytes).map_err(|error| TestCaseError::fail(error.violations().to_string()))?;
    prop_assert_eq!(&again, event);
    prop_assert_eq!(again.encode(), bytes);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn events_survive_the_wire(
        performed in testing::event::<WorkoutPerformed>(),
        goal in testing::event::<GoalSet>(),
        wod in testing::event::<WodGenerated>(),
        closed in testing::event::<GroupClosed>(),
    ) {
        round_trip(&performed)?;
        round_trip(&goal)?;
        round_trip(&wod)?;
        round_trip(&closed)?;
    }

    #[test]
    fn generated_messages_of_every_type_are_accepted(
        message in any_type().prop_flat_map(|info| testing::message(&info))
    ) {
        let result = Registry::workout().read(message.to_string().as_bytes());
        prop_assert!(result.is_ok(), "{message}: {}", result.unwrap_err().violations());
    }

    /// The canonical form of a message is a fixed point: what one service stored, another reads as the same bytes.
    #[test]
    fn the_canonical_form_is_stable(message in any_type().prop_flat_map(|info| testing::message(&info))) {
        let registry = Registry::workout();
        let once = registry.read(message.to_string().as_bytes()).unwrap();
        prop_assert_eq!(registry.read(&once.message).unwrap().message, once.message);
    }

    /// The quick way and the diagnosis agree: what is refused has a reason, and reasons are in the document.
    #[test]
    fn a_refusal_has_reasons_that_point_into_the_message(
        text in any_type().prop_flat_map(|info| testing::mutated(&info))
    ) {
        if let Err(error) = Registry::workout().read(text.as_bytes()) {
            let tree: Option<serde_json::Value> = serde_json::from_str(&text).ok();
            for violation in error.violations() {
                prop_assert_ne!(&violation.message, "the message does not fit its type");
                prop_assert!(!violation.message.starts_with("the data does not fit"), "{} in {}", violation, text);
                if let (Some(tree), false) = (&tree, violation.code == workout_events::Code::Missing) {
                    prop_assert!(tree.pointer(&violation.pointer).is_some(), "{} in {}", violation, text);
                }
            }
        }
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC*", bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let decoder = Decoder::new().accept_plain_envelope();
        let _ = decoder.decode::<WorkoutPerformed>(text.as_bytes());
        let _ = decoder.decode::<WorkoutPerformed>(&bytes);
    }

    /// Whatever `Debug` shows of an event may reach a log; what people wrote may not.
    #[test]
    fn debug_does_not_show_what_people_wrote(event in testing::data::<WorkoutPerformed>()) {
        let secret = "only-my-diary-knows";
        let shown = format!("{:?}", event.title(secret).notes(secret).activity_label(secret));
        prop_assert!(!shown.contains(secret), "{}", shown);
    }
}
