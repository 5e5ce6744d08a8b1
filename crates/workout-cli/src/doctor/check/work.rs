//! A work queue.

use std::time::Duration;

use crate::doctor::check::commands::{make_anew, of_work, quoted, set};
use crate::doctor::check::family::dead_name;
use crate::doctor::check::{dead, queue};
use crate::doctor::code::Code;
use crate::doctor::management::{Answers, Queue, Version};
use crate::doctor::report::Thing;
use crate::doctor::told::Told;

/// What RabbitMQ waits for an acknowledgement, where nobody says otherwise.
const CONSUMER_TIMEOUT: Duration = Duration::from_mins(30);

/// A limit from here on is none.
pub(super) const NO_LIMIT: i64 = 1_000_000;

pub(super) fn check(answers: &Answers, told: &Told, name: &str) -> Thing {
    let mut thing = Thing::new("queue", name);
    let Some(queue) = answers.queue(name) else {
        thing.find(
            Code::QueueMissing,
            "It is not there: events for it go past it, and are lost to it.",
            format!("Start its service, or `workout topology apply --queue {}`.", quoted(format!("{name}=TYPE,TYPE"))),
        );
        return thing;
    };
    queue::check(&mut thing, answers, queue);
    dead_letters(&mut thing, answers, queue);
    delivery_limit(&mut thing, answers, told, queue);
    dead::ttl(&mut thing, answers, queue, "events that nobody has read in time are dropped or dead");
    timeout(&mut thing, answers, told, queue);
    hears(&mut thing, answers, queue);
    consumers(&mut thing, answers, queue);
    thing
}

fn dead_letters(thing: &mut Thing, answers: &Answers, queue: &Queue) {
    let vhost = &answers.vhost;
    let Some(exchange) = queue.text("dead-letter-exchange") else {
        return thing.find(
            Code::NoDeadLetters,
            "It has no dead letters: what is rejected, or comes back too often, is dropped.",
            set(vhost, queue, &of_work(&queue.name)),
        );
    };
    let own = dead_name(&queue.name);
    if let Some(gone) = dead::target_gone(answers, queue) {
        thing.find(
            Code::DeadLettersGone,
            format!("Its dead letters lead to {gone}: they are lost, or hold up the queue."),
            format!("Start its service, or `workout topology apply --queue {}`.", quoted(format!("{}=", queue.name))),
        );
    } else if exchange.value.is_empty() && queue.text("dead-letter-routing-key").is_some_and(|key| key.value == own) {
        thing.pass("dead letters");
    } else {
        thing.find(
            Code::DeadLettersElsewhere,
            format!("Its dead letters do not go to {own}, where `workout dlq` looks."),
            exchange.source.mend(vhost, &queue.name),
        );
    }
    dead::at_least_once(thing, answers, queue);
}

fn delivery_limit(thing: &mut Thing, answers: &Answers, told: &Told, queue: &Queue) {
    let (waits, least) = (told.waits().len(), i64::from(told.least_limit()));
    let vhost = &answers.vhost;
    match queue.delivery_limit(answers.version()) {
        Some(rule) if rule.value < least => thing.find(
            Code::DeliveryLimitLow,
            format!(
                "An event is dead after {} deliveries, {}; the consumer's ladder alone has {waits} waits, and every \
                 restart of a service counts.",
                rule.value,
                rule.source.describe()
            ),
            rule.source.mend(vhost, &queue.name),
        ),
        Some(rule) if rule.value < NO_LIMIT => thing.pass(format!("delivery limit {}", rule.value)),
        _ => {
            let what = if queue.number("delivery-limit").is_none() && answers.version() >= Version(4, 0) {
                "No delivery limit is said: this RabbitMQ takes 20, and the version before had none."
            } else {
                "It has no delivery limit: an event that ends its consumer comes back for ever, and its neighbours with it."
            };
            let mend = set(vhost, queue, &of_work(&queue.name));
            thing.find(Code::DeliveryLimitUnset, what, mend);
        }
    }
}

fn timeout(thing: &mut Thing, answers: &Answers, told: &Told, queue: &Queue) {
    let of_nodes = told.consumer_timeout.unwrap_or(CONSUMER_TIMEOUT);
    // Before 3.12 nobody could say it for a queue.
    let rule = queue.number("consumer-timeout").filter(|_| answers.version() >= Version(3, 12));
    let of_queue = rule.as_ref().and_then(|rule| Some(Duration::from_millis(u64::try_from(rule.value).ok()?)));
    let timeout = of_queue.unwrap_or(of_nodes);
    let Some(handler) = told.handler_time else {
        return;
    };
    if handler < timeout {
        return thing.pass(format!("handlers have {} s", timeout.as_secs()));
    }
    let mend = match rule {
        Some(rule) => rule.source.mend(&answers.vhost, &queue.name),
        None => {
            "Set consumer_timeout in rabbitmq.conf to more milliseconds than a handler takes, or make handlers quicker."
                .to_owned()
        }
    };
    thing.find(
        Code::ConsumerTimeout,
        format!(
            "A handler may take {} s and RabbitMQ waits {} s: then it takes the channel away and hands the event out \
             again, while the handler still works on it.",
            handler.as_secs(),
            timeout.as_secs()
        ),
        mend,
    );
}

fn hears(thing: &mut Thing, answers: &Answers, queue: &Queue) {
    let bound = answers.bindings.iter().filter(|binding| {
        !binding.source.is_empty() && binding.destination == queue.name && binding.destination_type == "queue"
    });
    match bound.count() {
        0 => thing.find(
            Code::NoBinding,
            "It is bound to no exchange: no event reaches it.",
            format!(
                "Start its service, or `workout topology apply --queue {}`.",
                quoted(format!("{}=TYPE,TYPE", queue.name))
            ),
        ),
        1 => thing.pass("1 binding"),
        bindings => thing.pass(format!("{bindings} bindings")),
    }
}

fn consumers(thing: &mut Thing, answers: &Answers, queue: &Queue) {
    let ours: Vec<_> = answers.consumers.iter().filter(|consumer| consumer.queue.name == queue.name).collect();
    let waiting = queue.messages_ready.unwrap_or_default();
    if ours.is_empty() && waiting > 0 {
        thing.find(
            Code::NoConsumer,
            format!("{waiting} events wait and nobody reads them."),
            "Start its service, or look at its log when it should run.",
        );
    } else {
        thing.pass(format!("{} consumers, {waiting} waiting", ours.len()));
    }
    if ours.iter().any(|consumer| !consumer.ack_required) {
        thing.find(
            Code::AutoAck,
            "A consumer takes events without acknowledging them: what it has not worked on when it ends is lost.",
            "Find it with `rabbitmqctl list_consumers`, and let it acknowledge, as `workout-consumer` does.",
        );
    }
    if ours.iter().any(|consumer| consumer.ack_required && consumer.prefetch_count == 0) {
        thing.find(
            Code::NoPrefetch,
            "A consumer has no prefetch: it is handed all that waits, and holds it in memory.",
            "Set a prefetch, as `workout-consumer` does.",
        );
    }
    if queue.kind == "stream" {
        thing.find(
            Code::QueueDiffers,
            "It is a stream, which keeps what was worked on.",
            make_anew(&answers.vhost, &queue.name),
        );
    }
}
