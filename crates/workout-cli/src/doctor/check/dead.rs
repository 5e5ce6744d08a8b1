//! Dead letters, and the way to them.

use crate::doctor::check::commands::{dead_lettering, make_anew, quoted, set};
use crate::doctor::check::family::dead_name;
use crate::doctor::check::queue;
use crate::doctor::check::work::NO_LIMIT;
use crate::doctor::code::Code;
use crate::doctor::management::{Answers, Queue, Version};
use crate::doctor::report::Thing;

/// The queue where they wait for a person.
pub(super) fn check(answers: &Answers, work: &str) -> Option<Thing> {
    let name = dead_name(work);
    let mut thing = Thing::new("queue", &name);
    let Some(queue) = answers.queue(&name) else {
        // What is dead goes nowhere in particular when nothing is alive.
        answers.queue(work)?;
        thing.find(
            Code::QueueMissing,
            format!("It is not there: what {work} gives up is lost."),
            format!("Start the service of {work}, or `workout topology apply --queue {}`.", quoted(format!("{work}="))),
        );
        return Some(thing);
    };
    queue::check(&mut thing, answers, queue);
    ttl(&mut thing, answers, queue, "dead letters are gone before a person has seen them");
    limited(&mut thing, answers, queue);
    match queue.messages.unwrap_or_default() {
        0 => thing.pass("empty"),
        letters => thing.find(
            Code::DeadLettersWaiting,
            format!("{letters} dead letters wait, each an event that was not worked on."),
            format!("`workout dlq list {}`", quoted(work)),
        ),
    }
    Some(thing)
}

/// Looking at a letter and putting it back is a delivery, too.
fn limited(thing: &mut Thing, answers: &Answers, queue: &Queue) {
    let limit = queue.delivery_limit(answers.version());
    let (times, mend) = match &limit {
        Some(rule) if (0..NO_LIMIT).contains(&rule.value) => {
            (format!("{} times, {}", rule.value, rule.source.describe()), rule.source.mend(&answers.vhost, &queue.name))
        }
        None if queue.number("delivery-limit").is_none() && answers.version() >= Version(4, 0) => {
            let definition = serde_json::json!({ "delivery-limit": -1 });
            let mend = set(&answers.vhost, queue, &definition);
            ("20 times, as RabbitMQ 4 has it where nothing is said".to_owned(), mend)
        }
        _ => return thing.pass("letters stay"),
    };
    thing.find(Code::LettersLimited, format!("A letter that was looked at {times}, is dropped."), mend);
}

/// A time after which messages are gone from a queue.
pub(super) fn ttl(thing: &mut Thing, answers: &Answers, queue: &Queue, what: &str) {
    match queue.number("message-ttl") {
        Some(rule) => thing.find(
            Code::MessageTtl,
            format!("After {} s, {}, {what}.", rule.value / 1000, rule.source.describe()),
            rule.source.mend(&answers.vhost, &queue.name),
        ),
        None => thing.pass("no time limit"),
    }
}

/// Where the dead letters of a queue lead, if that is not there.
pub(super) fn target_gone(answers: &Answers, queue: &Queue) -> Option<String> {
    let exchange = queue.text("dead-letter-exchange")?.value;
    if exchange.is_empty() {
        let target = queue.text("dead-letter-routing-key").map(|key| key.value);
        let Some(target) = target else {
            return Some("queues named as the routing key of each, which there are not".to_owned());
        };
        return answers.queue(target).is_none().then(|| format!("the queue {target}, which is not there"));
    }
    if answers.exchange(exchange).is_none() {
        return Some(format!("the exchange {exchange}, which is not there"));
    }
    let bound = answers.bindings.iter().any(|binding| binding.source == exchange);
    (!bound).then(|| format!("the exchange {exchange}, which no queue is bound to"))
}

/// Whether the broker waits until a dead letter is where it belongs before it forgets the message.
pub(super) fn at_least_once(thing: &mut Thing, answers: &Answers, queue: &Queue) {
    let (strategy, overflow) = (queue.text("dead-letter-strategy"), queue.text("overflow"));
    let says = |rule: &Option<_>, value: &str| {
        rule.as_ref().is_some_and(|rule: &super::rules::Rule<'_, &str>| rule.value == value)
    };
    let happens = if queue.kind != "quorum" {
        format!("A {} queue hands over its dead letters at most once: a crash loses them on the way.", queue.kind)
    } else if !says(&strategy, "at-least-once") {
        "It hands over dead letters at most once: a crash, or a target that is away, loses them on the way.".to_owned()
    } else if !says(&overflow, "reject-publish") {
        "Without overflow reject-publish RabbitMQ hands over dead letters at most once, and does not say so: a crash, or a \
         target that is away, loses them on the way."
            .to_owned()
    } else {
        return thing.pass("at least once");
    };
    // A policy can say what no argument says already.
    let declared = [&strategy, &overflow].into_iter().flatten();
    let mut declared = declared.filter(|rule| matches!(rule.source, super::commands::Source::Argument { .. }));
    let target = queue.text("dead-letter-routing-key").map(|key| key.value);
    let wrong = declared.any(|rule| !matches!(rule.value, "at-least-once" | "reject-publish"));
    let mend = if queue.kind != "quorum" || wrong {
        make_anew(&answers.vhost, &queue.name)
    } else {
        let own = dead_name(&queue.name);
        set(&answers.vhost, queue, &dead_lettering(target.unwrap_or(&own)))
    };
    thing.find(Code::DeadLettersAtMostOnce, happens, mend);
}
