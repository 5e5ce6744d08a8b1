//! All that the management API told.

use crate::doctor::check::{cluster, dead, delay, exchanges, family, work};
use crate::doctor::management::Answers;
use crate::doctor::report::{Report, Thing};
use crate::doctor::told::Told;

pub(in crate::doctor) fn broker(answers: &Answers, told: &Told, report: &mut Report) {
    report.head.push(format!("RabbitMQ {}", answers.overview.rabbitmq_version));
    report.things.push(cluster::check(answers));
    report.things.extend(exchanges::check(answers));
    for name in family::work_queues(answers, &told.queues) {
        report.things.push(work::check(answers, told, &name));
        report.things.extend(dead::check(answers, &name));
        report.things.extend(delay::check(answers, told, &name));
    }
    report.things.extend(family::left_behind(answers, &told.queues));
    unseen(answers, told, &mut report.unseen);
    if report.things.iter().all(|thing: &Thing| thing.kind != "queue") {
        report.unseen.push(
            "no work queue was found: one has a queue of the same name with .dead, or is named by --queue".to_owned(),
        );
    }
}

fn unseen(answers: &Answers, told: &Told, unseen: &mut Vec<String>) {
    if answers.nodes.is_none() {
        unseen.push("alarms and nodes: the user of the management API needs the tag `monitoring`".to_owned());
    }
    if answers.tags.is_none() {
        unseen.push("the tags of the user of the AMQP link: only an administrator is told those of another".to_owned());
    }
    let without = answers.queues.iter().filter(|queue| queue.effective_policy_definition.is_none()).count();
    if without > 0 {
        unseen.push(format!("policies and lengths of {without} queues: the broker has no statistics of them yet"));
    }
    if told.handler_time.is_some() && told.consumer_timeout.is_none() {
        let ask = "rabbitmqctl eval 'application:get_env(rabbit, consumer_timeout).'";
        unseen.push(format!(
            "the consumer_timeout of the nodes, taken to be 30m: {ask}, and tell it by --consumer-timeout"
        ));
    }
}
