//! The nodes.

use workout_events::jiff::SignedDuration;

use crate::doctor::code::Code;
use crate::doctor::management::{Answers, Version};
use crate::doctor::report::Thing;

/// The header `date` has no fractions of a second, and an answer takes its time.
const SKEW: SignedDuration = SignedDuration::from_secs(5);

pub(super) fn check(answers: &Answers) -> Thing {
    let mut thing = Thing::new("cluster", "nodes");
    if let Some(nodes) = &answers.nodes {
        alarms(&mut thing, answers);
        for node in nodes.iter().filter(|node| !node.partitions.is_empty()) {
            thing.find(
                Code::Partition,
                format!(
                    "{} does not see {}: each side takes in events that the other does not know.",
                    node.name,
                    node.partitions.join(", ")
                ),
                "Mend the network, decide which side keeps its messages, and restart the nodes of the other.",
            );
        }
        for node in nodes.iter().filter(|node| !node.running) {
            thing.find(
                Code::NodeDown,
                format!("{} does not run; with one more of them away, queues may have no majority.", node.name),
                "Start it, or `rabbitmqctl forget_cluster_node` when it will not come back.",
            );
        }
        match nodes.len() {
            1 => thing.find(
                Code::OneNode,
                "The cluster has one node: while it is away nothing is taken in, and with its disk all messages are lost.",
                "Run three nodes: `rabbitmqctl join_cluster` on each new one, then `rabbitmq-queues grow NODE all`.",
            ),
            several => thing.pass(format!("{several} nodes")),
        }
    }
    version(&mut thing, answers);
    flags(&mut thing, answers);
    match answers.skew {
        Some(skew) if skew.abs() > SKEW => thing.find(
            Code::ClockSkew,
            format!(
                "The clock of the broker is {} s off ours: times in dead letters and in events do not fit together.",
                skew.as_secs()
            ),
            "Let NTP set the clocks of all machines: `timedatectl set-ntp true`.",
        ),
        Some(_) => thing.pass("clock as ours"),
        None => {}
    }
    thing
}

fn alarms(thing: &mut Thing, answers: &Answers) {
    let short = answers.nodes.iter().flatten().filter(|node| node.mem_alarm || node.disk_free_alarm);
    let short: Vec<_> = short.collect();
    for node in &short {
        let what = if node.mem_alarm { "memory" } else { "disk" };
        thing.find(
            Code::Alarm,
            format!("{} is short of {what} now: the broker takes in no event until it is over.", node.name),
            "Let consumers drain the queues, or give the node more: `rabbitmq-diagnostics alarms` and `memory_breakdown`.",
        );
    }
    if short.is_empty() {
        thing.pass("no alarm");
    }
}

fn version(thing: &mut Thing, answers: &Answers) {
    let said = &answers.overview.rabbitmq_version;
    let status = answers.overview.release_series_support_status.as_deref();
    // A broker knows what was supported when it was released, and not what happened since.
    let has_ended = answers.version() < Version(4, 0) || status.is_some_and(|status| status != "supported");
    if answers.version() < Version(3, 10) {
        thing.find(
            Code::VersionUnable,
            format!("RabbitMQ {said} has no dead lettering at least once: a dead letter can be lost on its way."),
            "Upgrade; the newest 3.13 is the way to 4.",
        );
    } else if has_ended {
        thing.find(
            Code::VersionOld,
            format!("RabbitMQ {said} gets no corrections any more; before 4.0 it believes the x-death headers of publishers."),
            "Upgrade to a series that https://www.rabbitmq.com/release-information lists as supported.",
        );
    } else {
        thing.pass(format!("version {said}"));
    }
}

fn flags(thing: &mut Thing, answers: &Answers) {
    for (flag, what) in [
        ("quorum_queue", "no queue can be replicated"),
        ("stream_queue", "dead letters go at most once, whatever the queue says"),
    ] {
        if answers.is_off(flag) {
            let mend = format!("`rabbitmqctl enable_feature_flag {flag}`");
            thing.find(Code::FeatureFlagOff, format!("The feature flag {flag} is off: {what}."), mend);
        }
    }
    if answers.flags.is_some() {
        thing.pass("feature flags");
    }
}
