//! Requests as events, by the broker.

use std::pin::pin;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use tokio::{select, time};
use workout_events::jiff::civil::Date;
use workout_events::types::wod::WodRequested;
use workout_events::{Event, EventId, EventType, UserId};
use workout_publisher::Publisher;

use crate::amqp;
use crate::failure::Failure;
use crate::output::say;
use crate::progress;
use crate::publish::{Summary, Tally};
use crate::signal::Requests;
use crate::wod::Request;

/// Who says so, in the envelope.
const SOURCE: &str = "/workout-cli";

/// How long an event may take. The link may be lost and come back meanwhile.
const DEADLINE: Duration = Duration::from_secs(30);

/// How long the goodbye may take.
const GOODBYE: Duration = Duration::from_secs(5);

/// Publishes a request for each user, and says why it has stopped where nothing more could be sent.
pub(super) async fn all(
    request: &Request,
    users: Vec<UserId>,
    day: Date,
) -> Result<(Summary, Option<Failure>), Failure> {
    let url = request.amqp.as_ref().filter(|url| !url.0.is_empty()).ok_or_else(|| {
        Failure::new(
            "a broker is needed: give --amqp amqps://user:password@host/vhost, or set AMQP_URL; or ask by --all",
        )
    })?;
    let events: Vec<_> = users.into_iter().map(|user| requested(user, day)).collect::<Result<_, _>>()?;
    let number = events.len();
    let mut tally = Tally::new(progress::count(number as u64), None)?;
    let mut requests = Requests::listen()?;
    let broker = select! {
        broker = amqp::connect(request.link.builder(url).declare_nothing()) => broker?,
        () = requests.next() => return Err(Failure::new("interrupted before the broker answered")),
    };
    // No breaker: waiting for a broker that comes back is what a list is patient enough for.
    let publisher = Publisher::builder(broker.clone()).deadline(DEADLINE).breaker(usize::MAX, DEADLINE).start();
    let start = Instant::now();
    let (mut told, mut end) = (0, None);
    {
        let mut outcomes = pin!(publisher.publish_all(stream::iter(events)));
        loop {
            let next = select! {
                biased;
                () = requests.next() => {
                    tally.progress.suspend(|| say("interrupted: what is left is not sent"));
                    break;
                }
                next = outcomes.next() => next,
            };
            let Some((id, outcome)) = next else { break };
            told += 1;
            tally.progress.inc(1);
            tally.outcome(told, id, &outcome)?;
            if let Err(error) = &outcome {
                // Later ones would fare no better.
                let failure = Failure::because("stopped", error);
                if error.is_transient() {
                    tally.progress.suspend(|| say(&failure));
                } else {
                    end = Some(failure);
                }
                break;
            }
        }
    }
    let left = number.saturating_sub(usize::try_from(told).unwrap_or(usize::MAX));
    let summary = tally.finish(left, start.elapsed())?;
    let _ = publisher.close(GOODBYE).await;
    let _ = time::timeout(GOODBYE, broker.close()).await;
    Ok((summary, end))
}

/// The same event each time, so that it is counted once.
fn requested(user: UserId, day: Date) -> Result<Event<WodRequested>, Failure> {
    let wanted = WodRequested::of_day(user, day);
    let id = EventId::derived(WodRequested::TYPE, &[&wanted.request_id]);
    let event = Event::builder(SOURCE, wanted).id(id).build();
    event.map_err(|error| Failure::because("a request cannot be an event", &error))
}
