//! What the broker itself tells, where there is no management API: whether things are there, and the first difference of
//! each from what its service would declare.

use workout_broker::topology::{Found, Part, QueueSpec, Step};
use workout_broker::{Broker, Queue, Topology};

use crate::amqp;
use crate::doctor::check::{DEFAULT_LADDER, Told, delay_name, quoted};
use crate::doctor::code::Code;
use crate::doctor::report::{Report, Thing};
use crate::failure::Failure;

pub(super) async fn look(broker: &Broker, told: &Told, report: &mut Report) -> Result<(), Failure> {
    let topology = told.queues.iter().map(Queue::new).fold(Topology::new(), Topology::queue);
    for step in plan(broker, &topology).await? {
        match &step.part {
            Part::Exchange { name, .. } => report.things.push(exchange(name, &step.found)),
            Part::Queue(spec) => report.things.push(queue(broker, told, spec, step.found).await?),
            _ => {}
        }
    }
    for name in &told.queues {
        report.things.extend(delays(broker, told, name).await?);
    }
    report.unseen.push(
        "policies, bindings, consumers, lengths, alarms, and whatever else differs in a queue that differs: give \
         --management https://user:password@host:15671"
            .to_owned(),
    );
    Ok(())
}

async fn plan(broker: &Broker, topology: &Topology) -> Result<Vec<Step>, Failure> {
    Ok(broker.plan(topology).await.map_err(|error| amqp::failure(&error))?.steps)
}

fn exchange(name: &str, found: &Found) -> Thing {
    let mut thing = Thing::new("exchange", name);
    match found {
        Found::Missing => {
            thing.find(Code::ExchangeMissing, "It is not there: publishing to it fails.", "`workout topology apply`");
        }
        Found::Differs(reason) => thing.find(
            Code::ExchangeDiffers,
            format!("It is another, {reason}: services that declare it fail."),
            "Delete it while no service runs, then `workout topology apply` and start the services again.",
        ),
        _ => thing.pass("there"),
    }
    thing
}

async fn queue(broker: &Broker, told: &Told, spec: &QueueSpec, mut found: Found) -> Result<Thing, Failure> {
    let mut thing = Thing::new("queue", &spec.name);
    let is_work = spec.dead_letters.is_some();
    // A limit of the service's own is no fault, and hides what else is different.
    if let (true, Found::Differs(reason)) = (is_work, &found)
        && let Some(("x-delivery-limit", limit)) = difference(reason)
        && let Ok(limit) = limit.parse()
    {
        judge_limit(&mut thing, told, limit);
        let topology = Topology::new().queue(Queue::new(&spec.name).delivery_limit(limit));
        let steps = plan(broker, &topology).await?;
        let same = |step: Step| matches!(step.part, Part::Queue(it) if it.name == spec.name).then_some(step.found);
        found = steps.into_iter().find_map(same).unwrap_or(found);
    }
    judge(&mut thing, is_work, &found);
    Ok(thing)
}

fn judge_limit(thing: &mut Thing, told: &Told, limit: u32) {
    let rungs = if told.ladder.is_empty() { DEFAULT_LADDER.len() } else { told.ladder.len() };
    if usize::try_from(limit).is_ok_and(|limit| limit <= rungs || limit < 2) {
        let happens =
            format!("An event is dead after {limit} deliveries; the consumer's ladder alone has {rungs} waits.");
        thing.find(Code::DeliveryLimitLow, happens, anew(&thing.name));
    } else {
        thing.pass(format!("delivery limit {limit}"));
    }
}

fn judge(thing: &mut Thing, is_work: bool, found: &Found) {
    let reason = match found {
        Found::Missing => {
            let mend = format!(
                "Start its service, or `workout topology apply --queue {}`.",
                quoted(format!("{}=TYPE,TYPE", owner(&thing.name)))
            );
            return thing.find(Code::QueueMissing, "It is not there: what is meant for it is lost to it.", mend);
        }
        Found::Unseen(reason) => return thing.pass(*reason),
        Found::Differs(reason) => reason,
        _ => return thing.pass("as its service declares it"),
    };
    let (code, what) = match (difference(reason), is_work) {
        (Some(("x-queue-type", _)), _) => (Code::NotQuorum, "it is lost with the disk of one node"),
        (Some(("x-delivery-limit", _)), true) => (Code::DeliveryLimitUnset, "what it means differs between versions"),
        (Some(("x-delivery-limit", _)), false) => {
            (Code::LettersLimited, "letters that were looked at a few times are dropped")
        }
        (Some(("x-dead-letter-exchange", "none")), true) => (Code::NoDeadLetters, "what is rejected is dropped"),
        (Some(("x-dead-letter-exchange" | "x-dead-letter-routing-key", _)), true) => {
            (Code::DeadLettersElsewhere, "`workout dlq` looks elsewhere")
        }
        (Some(("x-dead-letter-strategy" | "x-overflow", _)), true) => {
            (Code::DeadLettersAtMostOnce, "a crash loses dead letters on their way")
        }
        (Some(("x-message-ttl", _)), _) => (Code::MessageTtl, "messages are gone after that time"),
        (Some(("x-expires" | "durable" | "auto_delete" | "exclusive", _)), _) => {
            (Code::QueueVanishes, "it goes away by itself, with its messages")
        }
        _ => (Code::QueueDiffers, "its service cannot declare it"),
    };
    thing.find(code, format!("{}{}: {what}.", reason[..1].to_uppercase(), &reason[1..]), anew(&thing.name));
}

/// Dead letters are declared with their work queue.
fn owner(queue: &str) -> &str {
    queue.strip_suffix(".dead").unwrap_or(queue)
}

fn anew(queue: &str) -> String {
    format!(
        "A queue cannot be changed: stop its services, let it run empty, `rabbitmqctl delete_queue {} --if-empty`, and start \
         them; they declare it as it should be.",
        quoted(queue)
    )
}

/// The argument and what it is, from `its x-overflow is drop-head, and should be reject-publish`.
fn difference(reason: &str) -> Option<(&str, &str)> {
    let (argument, rest) = reason.strip_prefix("its ")?.split_once(" is ")?;
    Some((argument, rest.split_once(", and should be ")?.0))
}

/// Of a delay queue only whether it is there: it is not one that a plan knows how to declare.
async fn delays(broker: &Broker, told: &Told, work: &str) -> Result<Vec<Thing>, Failure> {
    let names: Vec<String> = match told.ladder.as_slice() {
        [] => DEFAULT_LADDER.iter().map(|rung| delay_name(work, rung)).collect(),
        ladder => ladder.iter().map(|rung| delay_name(work, &rung.name)).collect(),
    };
    let topology = names.iter().map(Queue::new).fold(Topology::new(), Topology::queue);
    let mut things = Vec::new();
    for step in plan(broker, &topology).await? {
        let Part::Queue(QueueSpec { name, dead_letters: Some(_), .. }) = step.part else {
            continue;
        };
        let mut thing = Thing::new("queue", name);
        match step.found {
            Found::Missing => thing.find(
                Code::LadderIncomplete,
                "It is not there: an event cannot be put aside for that long.",
                format!("Start the service of {}, which declares it.", quoted(work)),
            ),
            Found::Same => thing.find(
                Code::DelayEndless,
                "It has no time limit: what is put there stays there.",
                anew(&thing.name),
            ),
            _ => thing.pass("there"),
        }
        things.push(thing);
    }
    // A consumer that never waits between attempts has none of them.
    let none = things.iter().all(|thing| thing.codes().contains(&Code::LadderIncomplete.as_str()));
    Ok(if none && told.ladder.is_empty() { Vec::new() } else { things })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_of_a_queue_has_a_code() {
        #[track_caller]
        fn check(reason: &str, is_work: bool, want: Code) {
            let mut thing = Thing::new("queue", "q");
            judge(&mut thing, is_work, &Found::Differs(reason.to_owned()));
            assert_eq!(thing.codes(), [want.as_str()], "{reason}");
        }
        check("its x-queue-type is classic, and should be quorum", true, Code::NotQuorum);
        check("its x-delivery-limit is none, and should be 20", true, Code::DeliveryLimitUnset);
        check("its x-delivery-limit is 20, and should be 2147483647", false, Code::LettersLimited);
        check("its x-dead-letter-exchange is none, and should be empty", true, Code::NoDeadLetters);
        check("its x-dead-letter-exchange is x, and should be empty", true, Code::DeadLettersElsewhere);
        check("its x-dead-letter-strategy is none, and should be at-least-once", true, Code::DeadLettersAtMostOnce);
        check("its x-overflow is drop-head, and should be reject-publish", true, Code::DeadLettersAtMostOnce);
        check("its x-message-ttl is 5, and should be none", false, Code::MessageTtl);
        check("its durable is false, and should be true", true, Code::QueueVanishes);
        check("its x-max-length is 5, and should be none", true, Code::QueueDiffers);
        check("something else", true, Code::QueueDiffers);
    }
}
