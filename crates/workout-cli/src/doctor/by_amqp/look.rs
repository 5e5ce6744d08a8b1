//! The questions, which declare nothing that is not there.

use workout_broker::topology::{Found, Part, QueueSpec, Step};
use workout_broker::{Broker, Queue, Topology};

use crate::amqp;
use crate::doctor::by_amqp::difference::{Purpose, anew, difference, judge};
use crate::doctor::check::quoted;
use crate::doctor::code::Code;
use crate::doctor::report::{Report, Thing};
use crate::doctor::told::Told;
use crate::failure::Failure;

/// What AMQP has no question for.
const UNSEEN: &str = "policies, bindings, consumers, nodes, and whatever else differs in a queue that differs: give \
                      --management https://user:password@host:15671";

pub(in crate::doctor) async fn look(broker: &Broker, told: &Told, report: &mut Report) -> Result<(), Failure> {
    report.unseen.push(UNSEEN.to_owned());
    if told.queues.is_empty() {
        report.unseen.push("queues: AMQP has no list of them; name one by --queue".to_owned());
    }
    for step in plan(broker, Topology::new()).await? {
        if let Part::Exchange { name, .. } = &step.part {
            report.things.push(exchange(name, &step.found));
        }
    }
    for name in &told.queues {
        report.things.extend(family(broker, told, name).await?);
    }
    Ok(())
}

async fn plan(broker: &Broker, topology: Topology) -> Result<Vec<Step>, Failure> {
    Ok(broker.plan(&topology).await.map_err(|error| amqp::failure(&error))?.steps)
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

/// A work queue with its dead letters and its delay queues.
async fn family(broker: &Broker, told: &Told, work: &str) -> Result<Vec<Thing>, Failure> {
    let queue = Queue::new(work).retries(told.waits());
    let mut things = Vec::new();
    let mut delays = Vec::new();
    for step in plan(broker, Topology::new().queue(queue.clone())).await? {
        let Part::Queue(spec) = step.part else { continue };
        let mut thing = Thing::new("queue", &spec.name);
        match purpose(&spec) {
            Purpose::Delay => {
                delay(&mut thing, work, &step.found);
                delays.push(thing);
                continue;
            }
            Purpose::Work => {
                let found = past_limit(&mut thing, broker, told, &queue, step.found).await?;
                one(&mut thing, Purpose::Work, work, &found);
                waiting(&mut thing, broker, &found, work, false).await?;
            }
            Purpose::Dead => {
                one(&mut thing, Purpose::Dead, work, &step.found);
                waiting(&mut thing, broker, &step.found, work, true).await?;
            }
        }
        things.push(thing);
    }
    // A consumer that never waits between attempts has no delay queues.
    let is_missing = |thing: &Thing| thing.codes().contains(&Code::LadderIncomplete.as_str());
    if !told.ladder.is_empty() || !delays.iter().all(is_missing) {
        things.extend(delays);
    }
    Ok(things)
}

fn purpose(spec: &QueueSpec) -> Purpose {
    match (spec.delay, &spec.dead_letters) {
        (Some(_), _) => Purpose::Delay,
        (None, Some(_)) => Purpose::Work,
        (None, None) => Purpose::Dead,
    }
}

/// A delivery limit of the service's own is no fault, and hides what else is different.
async fn past_limit(
    thing: &mut Thing,
    broker: &Broker,
    told: &Told,
    queue: &Queue,
    found: Found,
) -> Result<Found, Failure> {
    let limit = match &found {
        Found::Differs(reason) => difference(reason).filter(|(argument, _)| *argument == "x-delivery-limit"),
        _ => None,
    };
    let Some(limit) = limit.and_then(|(_, limit)| limit.parse().ok()) else {
        return Ok(found);
    };
    if limit < told.least_limit() {
        let waits = told.waits().len();
        let happens =
            format!("An event is dead after {limit} deliveries; the consumer's ladder alone has {waits} waits.");
        thing.find(Code::DeliveryLimitLow, happens, anew(queue.name()));
    } else {
        thing.pass(format!("delivery limit {limit}"));
    }
    let steps = plan(broker, Topology::new().queue(queue.clone().delivery_limit(limit))).await?;
    let same = |step: Step| matches!(step.part, Part::Queue(it) if it.name == queue.name()).then_some(step.found);
    Ok(steps.into_iter().find_map(same).unwrap_or(found))
}

fn one(thing: &mut Thing, purpose: Purpose, work: &str, found: &Found) {
    match found {
        Found::Missing => {
            let apply = quoted(format!("{work}=TYPE,TYPE"));
            let mend = format!("Start the service of {}, or `workout topology apply --queue {apply}`.", quoted(work));
            thing.find(Code::QueueMissing, "It is not there: what is meant for it is lost to it.", mend);
        }
        Found::Differs(reason) => judge(thing, purpose, reason),
        Found::Unseen(reason) => thing.pass(*reason),
        Found::Same => thing.pass("as its service declares it"),
        _ => {}
    }
}

fn delay(thing: &mut Thing, work: &str, found: &Found) {
    if *found == Found::Missing {
        let mend = format!("Start the service of {}, which declares it.", quoted(work));
        thing.find(Code::LadderIncomplete, "It is not there: an event cannot be put aside for that long.", mend);
    } else {
        one(thing, Purpose::Delay, work, found);
    }
}

/// How many messages are in a queue that is there.
async fn waiting(
    thing: &mut Thing,
    broker: &Broker,
    found: &Found,
    work: &str,
    are_letters: bool,
) -> Result<(), Failure> {
    if *found == Found::Missing {
        return Ok(());
    }
    match broker.depth(&thing.name).await.map_err(|error| amqp::failure(&error))? {
        0 => thing.pass("empty"),
        letters if are_letters => thing.find(
            Code::DeadLettersWaiting,
            format!("{letters} dead letters wait, each an event that was not worked on."),
            format!("`workout dlq list {}`", quoted(work)),
        ),
        events => thing.pass(format!("{events} waiting")),
    }
    Ok(())
}
