//! The exchanges of the contract.

use workout_broker::Topology;
use workout_broker::topology::Part;

use crate::doctor::check::commands::quoted;
use crate::doctor::code::Code;
use crate::doctor::management::{Answers, Exchange};
use crate::doctor::report::Thing;

pub(super) fn check(answers: &Answers) -> Vec<Thing> {
    let parts = Topology::new().parts();
    let mut things: Vec<_> = parts
        .iter()
        .filter_map(|part| match part {
            Part::Exchange { name, kind } => Some(exchange(answers, name, kind.as_str())),
            _ => None,
        })
        .collect();
    for part in &parts {
        if let Part::ExchangeBinding { source, destination, .. } = part {
            let thing = things.iter_mut().find(|thing| thing.name == *source);
            if let Some(thing) = thing {
                binding(answers, thing, source, destination);
            }
        }
    }
    things
}

fn exchange(answers: &Answers, name: &str, kind: &str) -> Thing {
    let mut thing = Thing::new("exchange", name);
    match answers.exchange(name) {
        None => {
            thing.find(Code::ExchangeMissing, "It is not there: publishing to it fails.", "`workout topology apply`");
        }
        Some(Exchange { kind: found, durable: true, auto_delete: false, .. }) if found == kind => {
            thing.pass(format!("durable {kind}"));
        }
        Some(found) => {
            let durable = if found.durable { "" } else { ", not durable" };
            let gone = if found.auto_delete { ", deleted with its last binding" } else { "" };
            thing.find(
                Code::ExchangeDiffers,
                format!("It is a {}{durable}{gone}, and not a durable {kind}: services that declare it fail.", found.kind),
                format!(
                    "Delete it while no service runs, `rabbitmqadmin -V {} delete exchange name={}`, then `workout topology \
                     apply` and start the services, which bind their queues again.",
                    quoted(&answers.vhost),
                    quoted(name)
                ),
            );
        }
    }
    thing
}

fn binding(answers: &Answers, thing: &mut Thing, source: &str, destination: &str) {
    let is_it = answers.bindings.iter().any(|binding| {
        binding.source == source && binding.destination == destination && binding.destination_type == "exchange"
    });
    if is_it {
        thing.pass(format!("bound to {destination}"));
    } else if answers.exchange(source).is_some() {
        thing.find(
            Code::ExchangeUnbound,
            format!("What it carries does not reach {destination}: whoever listens there misses it."),
            "`workout topology apply`",
        );
    }
}
