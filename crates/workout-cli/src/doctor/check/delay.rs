//! The queues in which messages wait for their next attempt.

use crate::doctor::arguments::{Rung, rung};
use crate::doctor::check::broker::Told;
use crate::doctor::check::commands::{make_anew, quoted};
use crate::doctor::check::family::{DEFAULT_LADDER, delay_name, delays};
use crate::doctor::check::{dead, queue};
use crate::doctor::code::Code;
use crate::doctor::management::{Answers, Queue};
use crate::doctor::report::Thing;

pub(super) fn check(answers: &Answers, told: &Told, work: &str) -> Vec<Thing> {
    let found = delays(answers, work);
    let mut things: Vec<_> =
        found.iter().filter_map(|(name, wait)| Some(one(answers, answers.queue(name)?, work, wait))).collect();
    // A consumer that never waits between attempts has none of them.
    let expected: Vec<Rung> = match (told.ladder.is_empty(), found.is_empty()) {
        (false, _) => told.ladder.clone(),
        (true, false) => DEFAULT_LADDER.iter().filter_map(|name| rung(name).ok()).collect(),
        (true, true) => Vec::new(),
    };
    if answers.queue(work).is_some() {
        let missing = expected.iter().filter(|rung| !found.iter().any(|(_, wait)| *wait == rung.name));
        things.extend(missing.map(|rung| missing_rung(work, rung)));
    }
    things
}

fn missing_rung(work: &str, rung: &Rung) -> Thing {
    let mut thing = Thing::new("queue", delay_name(work, &rung.name));
    thing.find(
        Code::LadderIncomplete,
        format!("It is not there: an event that should wait {} s cannot be put aside.", rung.wait.as_secs_f64()),
        format!("Start the service of {}, which declares it.", quoted(work)),
    );
    thing
}

fn one(answers: &Answers, queue: &Queue, work: &str, wait: &str) -> Thing {
    let mut thing = Thing::new("queue", &queue.name);
    queue::check(&mut thing, answers, queue);
    let anew = make_anew(&answers.vhost, &queue.name);
    let said = rung(wait).ok().and_then(|rung| i64::try_from(rung.wait.as_millis()).ok());
    match queue.number("message-ttl") {
        None => thing.find(Code::DelayEndless, "It has no time limit: what is put there stays there.", anew.clone()),
        Some(rule) if said.is_some_and(|said| said != rule.value) => thing.find(
            Code::DelayOther,
            format!(
                "Messages wait {} s there, {}, and not what its name says.",
                rule.value / 1000,
                rule.source.describe()
            ),
            rule.source.mend(&answers.vhost, &queue.name),
        ),
        Some(_) => thing.pass(format!("waits {wait}")),
    }
    let exchange = queue.text("dead-letter-exchange").map(|rule| rule.value);
    let target = queue.text("dead-letter-routing-key").map(|rule| rule.value);
    let waiting = queue.messages.unwrap_or_default();
    if exchange != Some("") || target != Some(work) {
        let gone = if exchange.is_none() { "dropped" } else { "sent elsewhere" };
        thing.find(
            Code::DelayAstray,
            format!("After their wait messages ({waiting} now) do not come back to {work}: they are {gone}."),
            anew,
        );
    } else if let Some(gone) = dead::target_gone(answers, queue) {
        thing.find(
            Code::DeadLettersGone,
            format!("After their wait messages ({waiting} now) lead to {gone}."),
            format!("Start the service of {}, which declares it.", quoted(work)),
        );
    } else {
        thing.pass(format!("back to {work}"));
    }
    if exchange.is_some() {
        dead::at_least_once(&mut thing, answers, queue);
    }
    thing
}
