//! The queues in which messages wait for their next attempt.

use std::time::Duration;

use workout_broker::Queue as Declared;

use crate::doctor::arguments::duration;
use crate::doctor::check::commands::{make_anew, quoted};
use crate::doctor::check::family::delays;
use crate::doctor::check::{dead, queue};
use crate::doctor::code::Code;
use crate::doctor::management::{Answers, Queue};
use crate::doctor::report::Thing;
use crate::doctor::told::Told;

pub(super) fn check(answers: &Answers, told: &Told, work: &str) -> Vec<Thing> {
    let found = delays(answers, work);
    let one = |(name, wait): &(&str, &str)| Some(one(answers, answers.queue(name)?, work, wait));
    let mut things: Vec<_> = found.iter().filter_map(one).collect();
    // A consumer that never waits between attempts has none of them.
    let expected = if told.ladder.is_empty() && found.is_empty() { &[] } else { told.waits() };
    if answers.queue(work).is_some() {
        let names = expected.iter().map(|wait| (Declared::new(work).retry_name(*wait), wait));
        let missing = names.filter(|(name, _)| answers.queue(name).is_none());
        things.extend(missing.map(|(name, wait)| missing_rung(work, &name, *wait)));
    }
    things
}

fn missing_rung(work: &str, name: &str, wait: Duration) -> Thing {
    let mut thing = Thing::new("queue", name);
    thing.find(
        Code::LadderIncomplete,
        format!("It is not there: an event that should wait {} s cannot be put aside.", wait.as_secs_f64()),
        format!("Start the service of {}, which declares it.", quoted(work)),
    );
    thing
}

fn one(answers: &Answers, queue: &Queue, work: &str, wait: &str) -> Thing {
    let mut thing = Thing::new("queue", &queue.name);
    queue::check(&mut thing, answers, queue);
    let anew = make_anew(&answers.vhost, &queue.name);
    let said = duration(wait).ok().and_then(|wait| i64::try_from(wait.as_millis()).ok());
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
