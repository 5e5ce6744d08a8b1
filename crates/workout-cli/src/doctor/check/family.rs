//! Which queues belong together.

use std::collections::BTreeSet;

use workout_broker::Queue as Declared;

use crate::doctor::check::commands::quoted;
use crate::doctor::code::Code;
use crate::doctor::management::Answers;
use crate::doctor::report::Thing;

const DEAD: &str = ".dead";
const RETRY: &str = ".retry.";

/// Where the dead letters of a work queue wait for a person.
pub(super) fn dead_name(queue: &str) -> String {
    Declared::new(queue).dead_letter_name()
}

/// The names of the delay queues that there are, with the wait that is in each.
pub(super) fn delays<'a>(answers: &'a Answers, queue: &str) -> Vec<(&'a str, &'a str)> {
    let names = answers.queues.iter().map(|it| it.name.as_str());
    let rung = |name: &'a str| name.strip_prefix(queue)?.strip_prefix(RETRY);
    names.filter_map(|name| Some((name, rung(name)?))).collect()
}

/// Those that were named, or all that can be recognised.
pub(super) fn work_queues(answers: &Answers, named: &[String]) -> Vec<String> {
    if !named.is_empty() {
        return named.to_vec();
    }
    let owners = owners(answers);
    owners.into_iter().filter(|name| answers.queue(name).is_some()).collect()
}

/// Dead letters and delay queues whose work queue is gone, unless somebody asked for that one.
pub(super) fn left_behind(answers: &Answers, named: &[String]) -> Vec<Thing> {
    if !named.is_empty() {
        return Vec::new();
    }
    let gone = owners(answers).into_iter().filter(|name| answers.queue(name).is_none());
    gone.map(|name| of_gone(answers, &name)).collect()
}

fn of_gone(answers: &Answers, name: &str) -> Thing {
    let mut thing = Thing::new("queue", name);
    let waiting: u64 = delays(answers, name).iter().map(|(delay, _)| messages(answers, delay)).sum();
    if waiting > 0 {
        thing.find(
            Code::DeadLettersGone,
            format!("The queue is gone, and {waiting} messages in its delay queues have no way back."),
            format!("Start the service that declares {name}, or look at them and delete the queues {name}{RETRY}*."),
        );
    }
    let letters = messages(answers, &dead_name(name));
    let dead = quoted(dead_name(name));
    thing.find(
        Code::LeftBehind,
        format!("The queue is gone, and its dead letters ({letters}) and delay queues are still there."),
        format!(
            "Start its service again, or `rabbitmqctl delete_queue -p {} {dead} --if-empty`.",
            quoted(&answers.vhost)
        ),
    );
    thing
}

fn messages(answers: &Answers, name: &str) -> u64 {
    answers.queue(name).and_then(|queue| queue.messages).unwrap_or_default()
}

/// Whoever has dead letters or delay queues.
fn owners(answers: &Answers) -> BTreeSet<String> {
    let owner = |name: &str| {
        let before_retry = name.split_once(RETRY).map(|(owner, _)| owner);
        name.strip_suffix(DEAD).or(before_retry).map(str::to_owned)
    };
    answers.queues.iter().filter_map(|queue| owner(&queue.name)).filter(|name| !name.is_empty()).collect()
}
