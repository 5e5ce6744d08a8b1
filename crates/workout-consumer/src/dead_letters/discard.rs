//! Throwing dead letters away.

use std::pin::pin;

use tokio::select;

use crate::dead_letters::walk::Walk;
use crate::dead_letters::{DeadLetter, End, Filter, Progress, Report};

/// Takes what is meant off the queue, and gives back the rest.
pub(super) async fn discard(
    mut walk: Walk,
    queue: &str,
    filter: &Filter,
    stop: impl Future<Output = ()> + Send,
    mut each: impl FnMut(Progress<'_>),
) -> Report {
    let mut stop = pin!(stop);
    let mut report = Report::of(walk.waiting());
    report.end = loop {
        let next = select! {
            biased;
            () = &mut stop => break End::Asked,
            next = walk.next() => next,
        };
        let delivery = match next {
            Ok(delivery) => delivery,
            Err(end) => break end,
        };
        let letter = DeadLetter::of(&delivery, queue);
        report.seen += 1;
        each(Progress::Seen { seen: report.seen, waiting: report.waiting });
        if report.counts(filter.matches(&letter)) {
            if let Err(error) = delivery.ack().await {
                break End::Lost(error);
            }
            walk.settled();
            report.done += 1;
            each(Progress::Done(&letter));
        }
    };
    report.given_back(walk.close().await);
    report
}
