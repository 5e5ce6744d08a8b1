//! What every queue that keeps events has to be.

use crate::doctor::check::commands::{make_anew, quoted};
use crate::doctor::code::Code;
use crate::doctor::management::{Answers, Queue};
use crate::doctor::report::Thing;

/// Nodes that a queue is on, where there are so many.
const MEMBERS: usize = 3;

pub(super) fn check(thing: &mut Thing, answers: &Answers, queue: &Queue) {
    let vhost = &answers.vhost;
    if queue.kind == "quorum" {
        thing.pass("quorum");
    } else {
        thing.find(
            Code::NotQuorum,
            format!(
                "It is a {} queue: it is on one node, and lost with its disk; its dead letters are not confirmed.",
                queue.kind
            ),
            make_anew(vhost, &queue.name),
        );
    }
    vanishes(thing, vhost, queue);
    members(thing, answers, queue);
    full(thing, vhost, queue);
    let overriding = queue.overriding();
    if overriding.is_empty() {
        thing.pass("no policy overrides it");
    } else {
        let names: Vec<_> = queue.policy.iter().chain(&queue.operator_policy).map(String::as_str).collect();
        thing.find(
            Code::PolicyOverrides,
            format!(
                "The policy {} has the say in {}: whoever edits it changes this queue.",
                names.join(" and "),
                overriding.join(", ")
            ),
            format!(
                "`rabbitmqctl list_policies -p {}`; let the service that declares the queue say it.",
                quoted(vhost)
            ),
        );
    }
}

fn vanishes(thing: &mut Thing, vhost: &str, queue: &Queue) {
    let expires = queue.number("expires");
    let how = match (&expires, queue) {
        (_, Queue { durable: false, .. }) => "with the next start of the broker, because it is not durable".to_owned(),
        (_, Queue { auto_delete: true, .. }) => "with its last consumer, because it is auto-delete".to_owned(),
        (_, Queue { exclusive: Some(true), .. }) => {
            "with the connection that made it, because it is exclusive".to_owned()
        }
        (Some(rule), _) => format!("{} s after its last consumer, {}", rule.value / 1000, rule.source.describe()),
        (None, _) => return thing.pass("durable"),
    };
    let mend = expires.map_or_else(|| make_anew(vhost, &queue.name), |rule| rule.source.mend(vhost, &queue.name));
    thing.find(Code::QueueVanishes, format!("It goes away, with its messages, {how}."), mend);
}

fn members(thing: &mut Thing, answers: &Answers, queue: &Queue) {
    let (Some(members), Some(nodes)) = (&queue.members, &answers.nodes) else {
        return;
    };
    let online = queue.online.as_ref().map_or(members.len(), Vec::len);
    let possible = nodes.len().min(MEMBERS);
    if online < members.len() || members.len() < possible {
        thing.find(
            Code::FewMembers,
            format!("It is on {} of {} nodes, {online} of them online.", members.len(), nodes.len()),
            format!("Start what is away; `rabbitmq-queues grow NODE all --queue-pattern {}`.", quoted(&queue.name)),
        );
    } else {
        thing.pass(format!("all {online} members online"));
    }
}

fn full(thing: &mut Thing, vhost: &str, queue: &Queue) {
    let bound = ["max-length", "max-length-bytes"].into_iter().find_map(|key| Some((key, queue.number(key)?)));
    let Some((key, rule)) = bound else {
        return thing.pass("no bound");
    };
    let (by, limit) = (rule.source.describe(), rule.value);
    let overflow = queue.text("overflow");
    let refuses = overflow.as_ref().is_some_and(|rule| rule.value.starts_with("reject-publish"));
    if refuses {
        thing.find(
            Code::Bounded,
            format!("At {key} {limit}, {by}, it refuses what is published, for all queues of the event."),
            rule.source.mend(vhost, &queue.name),
        );
    } else {
        let mend = rule.source.mend(vhost, &queue.name);
        thing.find(Code::DropsWhenFull, format!("At {key} {limit}, {by}, its oldest messages are dropped."), mend);
    }
}
