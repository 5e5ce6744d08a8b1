//! A run: asks, judges, prints.

use std::process::ExitCode;
use std::time::Duration;

use stats_store::{Examined, StatsStore};
use tokio::task::block_in_place;
use tokio::time::timeout;
use workout_broker::Broker;

use crate::amqp;
use crate::doctor::arguments::Arguments;
use crate::doctor::check;
use crate::doctor::code::Severity;
use crate::doctor::place::Place;
use crate::doctor::report::{Finding, Report, Thing};
use crate::doctor::told::Told;
use crate::doctor::{by_amqp, management, print};
use crate::failure::Failure;

/// How long a database may take to answer.
const STORE: Duration = Duration::from_secs(10);

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let mut report = amqp::run(examine(arguments))?;
    report.sort();
    print::print(&report, arguments.json, arguments.verbose)?;
    Ok(ExitCode::from(u8::from(report.count(Severity::Unsafe) > 0)))
}

async fn examine(arguments: &Arguments) -> Result<Report, Failure> {
    // Nothing is declared by this link, the exchanges of the contract neither.
    let broker = amqp::connect(arguments.amqp.builder()?.declare_nothing()).await?;
    let report = Box::pin(ask(arguments, &broker)).await;
    let closed = broker.close().await.map_err(|error| amqp::failure(&error));
    let report = report?;
    closed?;
    Ok(report)
}

async fn ask(arguments: &Arguments, broker: &Broker) -> Result<Report, Failure> {
    let told = Told::from(arguments);
    let place =
        Place::parse(arguments.amqp.url()).ok_or_else(|| Failure::new("the URL of the broker is not usable"))?;
    let user = place.user.clone().unwrap_or_else(|| "guest".to_owned());
    let mut report = Report::default();
    report.head.push(format!("{} vhost {}", place.authority, place.vhost()));
    let answers = block_in_place(|| management::ask(arguments, &place.vhost(), &user))?;
    match &answers {
        Some(answers) => check::broker(answers, &told, &mut report),
        None => Box::pin(by_amqp::look(broker, &told, &mut report)).await?,
    }
    let tags = answers.as_ref().and_then(|answers| answers.tags.as_deref());
    report.things.push(check::user(&place, arguments.amqp.has_password_file(), tags));
    if let Some(url) = &arguments.store {
        let examined = timeout(STORE, StatsStore::examine(&url.0)).await;
        let examined = examined.map_err(|_| Failure::new(format!("store: no answer in {} s", STORE.as_secs())))?;
        let examined = examined.map_err(|error| Failure::because("store", &error))?;
        report.things.push(store(&examined));
        report.head.push(examined.database);
    }
    Ok(report)
}

fn store(examined: &Examined) -> Thing {
    let mut thing = Thing::new("store", &examined.database);
    for risk in &examined.risks {
        let severity = if risk.is_unsafe() { Severity::Unsafe } else { Severity::Advice };
        let (happens, mend) = (risk.describe().to_owned(), risk.mend().to_owned());
        thing.findings.push(Finding { severity, code: risk.code(), happens, mend });
    }
    if thing.severity() != Some(Severity::Unsafe) {
        thing.pass("keeps what was committed");
    }
    thing
}
