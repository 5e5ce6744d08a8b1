use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::super::compare;
use super::instances::{instance, known, noise};
use super::strategies::{mutation, schema};
use super::support::{validator, verified};

#[test]
fn a_schema_is_compatible_with_itself() {
    proptest!(|(schema in schema())| prop_assert_eq!(compare(&schema, &schema), []));
}

#[test]
fn a_change_that_an_instance_shows_is_a_break_and_every_example_is_true() {
    let mut config = Config::default();
    // `PROPTEST_CASES` asks for more.
    config.cases = config.cases.max(600);
    config.failure_persistence = None;
    let all = config.cases;
    let cases = (schema(), prop::collection::vec(mutation(), 1..3), any::<u64>());
    let (shown, proved) = (Cell::new(0_u32), Cell::new(0_u32));
    let outcome = TestRunner::new(config).run(&cases, |(released, mutations, seed)| {
        let mut current = released.clone();
        for mutation in mutations {
            mutation.apply(&mut current);
        }
        let breaks = verified(&released, &current);
        proved.set(proved.get() + u32::from(breaks.iter().any(|found| found.example.is_some())));

        let (old, new) = (validator(&released), validator(&current));
        let mut tape = noise(seed);
        for turn in 0..40 {
            let side = if turn % 2 == 0 { &released } else { &current };
            let sample = instance(side, side, &mut tape, 4);
            let sample = known(&released, &current, (&released, &current), &sample);
            if old.is_valid(&sample) != new.is_valid(&sample) {
                shown.set(shown.get() + 1);
                prop_assert!(!breaks.is_empty(), "{sample} is judged differently");
                break;
            }
        }
        Ok(())
    });
    outcome.unwrap();
    let (shown, proved) = (shown.get(), proved.get());
    assert!(shown > all / 6 && proved > all / 3, "{shown} shown and {proved} proved of {all}");
}
