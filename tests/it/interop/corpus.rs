//! The messages that every judge gets: the golden corpus, and generated ones.

use std::env;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};
use workout_events::schema::golden;
use workout_events::{MAX_MESSAGE_BYTES, Registry, testing};

/// Another number gives other messages: `WORKOUT_INTEROP_SEED=7 cargo test -p workout-tests interop`.
const SEED: &str = "WORKOUT_INTEROP_SEED";

/// How many valid messages of each type, and how many with something broken: 5,700 for 30 types.
const VALID: usize = 84;
const MUTATED: usize = 106;

/// The seed of this run.
pub(super) fn seed() -> u64 {
    env::var(SEED).map_or(20_260_328, |text| text.parse().unwrap())
}

/// All messages, in an order that depends on the seed alone.
pub(super) fn messages(seed: u64) -> Vec<Vec<u8>> {
    let files = [golden::ACCEPTED, golden::REFUSED];
    let golden = files.into_iter().flat_map(|file| golden::lines(file).map(|(_, line)| line.to_vec()));
    golden.chain(by_hand()).chain(generated(seed)).collect()
}

/// Of every type, messages that keep its contract.
pub(super) fn valid(seed: u64, of_each: usize) -> Vec<Vec<u8>> {
    let mut runner = runner(seed);
    let registry = Registry::workout();
    let strategies = registry.types().map(|info| testing::message(info).prop_map(|tree| tree.to_string().into_bytes()));
    strategies.flat_map(|strategy| take(&strategy, of_each, &mut runner)).collect()
}

fn generated(seed: u64) -> Vec<Vec<u8>> {
    let mut messages = valid(seed, VALID);
    let mut runner = runner(seed);
    for info in Registry::workout().types() {
        messages.extend(take(&testing::mutated(info).prop_map(String::into_bytes), MUTATED, &mut runner));
    }
    messages
}

/// What neither the golden corpus nor a mutation comes to, made from the smallest workout of the corpus.
fn by_hand() -> Vec<Vec<u8>> {
    let lines = golden::lines(golden::ACCEPTED).map(|(_, line)| serde_json::from_slice::<Value>(line).unwrap());
    let workout = lines.into_iter().find(|message| message["type"] == "workout.performed").unwrap();
    let with = |pointer: &str, value: Value| {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let mut message = workout.clone();
        message.pointer_mut(parent).unwrap()[name] = value;
        message.to_string().into_bytes()
    };

    let sets: Vec<_> = (0..251).map(|index| json!({ "index": index, "kind": "normal", "reps": 5 })).collect();
    let exercise = json!({ "exercise_id": "row", "name": "Row", "sets": sets });
    let texts =
        ["/data/title", "/data/activity_type", "/data/user_id", "/data/time_zone", "/data/started_at", "/source"];
    let line_feeds = texts.iter().map(|pointer| {
        let text = workout.pointer(pointer).and_then(Value::as_str).unwrap_or("Legs");
        with(pointer, json!(format!("{text}\n")))
    });
    line_feeds
        .chain([
            with("/data/exercises", json!([exercise, exercise])),
            with("/later", json!("x".repeat(MAX_MESSAGE_BYTES))),
            // What serde reads by its own lights: arrays as objects, and objects as variants.
            with("/data/source", json!(["coach", "42", "sensed"])),
            with("/data/exercises", json!([["row", "Row", "row", []]])),
            with("/data/activity_type", json!({ "strength": null })),
        ])
        .collect()
}

fn take<S: Strategy>(strategy: &S, count: usize, runner: &mut TestRunner) -> Vec<S::Value> {
    (0..count).map(|_| strategy.new_tree(runner).unwrap().current()).collect()
}

fn runner(seed: u64) -> TestRunner {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}
