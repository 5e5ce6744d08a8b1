//! Foreign validators and our decoder agree on every message, apart from the rules that are said to be beyond JSON
//! Schema.

use std::collections::{BTreeMap, BTreeSet};

use workout_events::jiff::Timestamp;
use workout_events::schema::BEYOND_JSON_SCHEMA;
use workout_events::{Decoder, Registry, Violation};

use super::judges::Judge;
use super::{corpus, judges};

/// The test proves nothing where hardly any message gets this verdict from both sides.
const OFTEN: usize = 1_000;

#[test]
fn foreign_validators_differ_only_where_json_schema_ends() {
    let seed = corpus::seed();
    let messages = corpus::messages(seed);
    println!("{} messages, seed {seed}", messages.len());

    let ours = our_verdicts(&messages);
    let judges = judges::judge(&messages);
    let mut shown = BTreeSet::new();
    let mut wrong = Vec::new();
    for judge in &judges {
        let tally = Tally::of(&ours, judge);
        println!("{}: {} accepted by both, {} refused by both", judge.name, tally.accepted, tally.refused);
        println!("    refused by us alone: {:?}", tally.beyond);
        assert!(tally.accepted >= OFTEN && tally.refused >= OFTEN, "{} has judged too few messages", judge.name);
        wrong.extend(tally.wrong.into_iter().map(|index| (judge, index)));
        shown.extend(tally.alone);
    }
    let report: String =
        wrong.iter().take(10).map(|(judge, index)| describe(judge, *index, &messages, &ours)).collect();
    assert!(wrong.is_empty(), "{} disagreements, seed {seed}; the first ones:\n{report}", wrong.len());

    // The list is no excuse for more than it needs: each code is the only reason of some disagreement.
    let idle: Vec<_> = BEYOND_JSON_SCHEMA.iter().filter(|code| !shown.contains(code.as_str())).collect();
    assert!(idle.is_empty(), "no message shows that these are beyond JSON Schema: {idle:?}");
}

/// What our decoder finds in each message; nothing where it accepts.
fn our_verdicts(messages: &[Vec<u8>]) -> Vec<Vec<Violation>> {
    // A clock of its own keeps the verdicts the same for ever.
    let now: Timestamp = "2026-06-01T00:00:00Z".parse().unwrap();
    let registry = Registry::workout().decoder(Decoder::new().now(now));
    let verdict = |message: &Vec<u8>| registry.read(message).err().map(|error| error.violations().as_slice().to_vec());
    messages.iter().map(|message| verdict(message).unwrap_or_default()).collect()
}

/// How one judge compares with us.
#[derive(Default)]
struct Tally {
    accepted: usize,
    refused: usize,
    /// How often each code stands in a refusal of ours that the judge does not share.
    beyond: BTreeMap<&'static str, usize>,
    /// The codes that were the only reason for such a refusal.
    alone: BTreeSet<&'static str>,
    /// The messages on which we differ against the rules.
    wrong: Vec<usize>,
}

impl Tally {
    fn of(ours: &[Vec<Violation>], judge: &Judge) -> Self {
        assert_eq!(judge.refusals.len(), ours.len(), "{} has to judge every message", judge.name);
        let mut tally = Self::default();
        for (index, (ours, theirs)) in ours.iter().zip(&judge.refusals).enumerate() {
            match (ours.as_slice(), theirs) {
                ([], None) => tally.accepted += 1,
                ([], Some(_)) => tally.wrong.push(index),
                (_, Some(_)) => tally.refused += 1,
                (violations, None) if violations.iter().all(|one| BEYOND_JSON_SCHEMA.contains(&one.code)) => {
                    tally.differs(violations);
                }
                (_, None) => tally.wrong.push(index),
            }
        }
        tally
    }

    fn differs(&mut self, violations: &[Violation]) {
        let codes: BTreeSet<_> = violations.iter().map(|violation| violation.code.as_str()).collect();
        if codes.len() == 1 {
            self.alone.extend(&codes);
        }
        for code in codes {
            *self.beyond.entry(code).or_default() += 1;
        }
    }
}

fn describe(judge: &Judge, index: usize, messages: &[Vec<u8>], ours: &[Vec<Violation>]) -> String {
    let we: Vec<_> = ours[index].iter().map(ToString::to_string).collect();
    let they = judge.refusals[index].as_deref().unwrap_or("accepted");
    let message = String::from_utf8_lossy(&messages[index]);
    let excerpt: String = message.chars().take(2_000).collect();
    format!("message {index}: {excerpt}\n    we: {we:?}\n    {}: {they}\n", judge.name)
}
