//! The parts, put together and taken apart again.

use std::net::SocketAddr;

use axum::Router;
use tokio::net::TcpListener;
use workout_broker::Topology;
use workout_consumer::{ConsumeError, Report};
use workout_examples::{Failure, Settings, Shutdown, exporter, tell_url};
use workout_publisher::outbox::Relay;

use crate::ladder::Ladder;
use crate::store::Store;
use crate::wod::{Failures, Workshop};
use crate::{figures, health, people, perform, problems, wod};

pub(crate) async fn run(settings: Settings) -> Result<(), Failure> {
    let address: SocketAddr = settings.parsed("listen")?;
    let retries = settings.parsed::<Ladder>("retries")?.retries();
    let failures = Failures { percent: percent(&settings)?, seed: settings.parsed("fail-seed")? };
    let (broker, database) = (settings.broker()?, settings.required("database-url")?);
    let shutdown = Shutdown::on_signal()?;
    let opened = async { Ok::<_, Failure>((broker.connect().await?, Store::connect(database).await?)) };
    let (broker, store) = tokio::select! {
        opened = Box::pin(opened) => opened?,
        () = shutdown.wait() => return Ok(()),
    };

    let mut wods = wod::consumer(Workshop { store: store.clone(), failures }, retries);
    let mut users = people::consumer(store.clone());
    if settings.is_on("no-declare") {
        (wods, users) = (wods.declares_nothing(), users.declares_nothing());
    } else {
        // Before the first request, so that nothing is published that nobody hears.
        broker.apply(&Topology::new().queue(wods.queue()).queue(users.queue())).await?;
    }
    let figures = exporter()?;
    let consumers = [wods.health(), users.health()];
    // Bound before anything is consumed: a port that is taken is found out first.
    let listener = TcpListener::bind(address).await?;
    tell_url(&format!("http://{}", listener.local_addr()?));

    let consuming = tokio::spawn({
        let consuming = (wods.run(broker.clone(), shutdown.wait()), users.run(broker.clone(), shutdown.wait()));
        let shutdown = shutdown.clone();
        async move {
            let (wods, users) = (ends_all(consuming.0, &shutdown), ends_all(consuming.1, &shutdown));
            tokio::try_join!(wods, users)
        }
    });
    // Ends last: what handlers and requests have told is published, as far as the broker is there.
    let (relay, told) = (Relay::new(store.outbox.clone(), &broker), Shutdown::by_hand());
    let relaying = tokio::spawn(relay.run(told.wait()));
    let watching = tokio::spawn({
        let (broker, figures) = (broker.clone(), figures.clone());
        async move { figures::watch(&broker, &figures).await }
    });

    let routes = perform::routes().merge(wod::routes()).fallback(async || problems::not_found());
    let app =
        Router::new().merge(routes.with_state(store.clone())).merge(health::routes(store.clone(), consumers, figures));
    let served = stats_http::serve(listener, app, shutdown.wait()).await;
    let consumed = consuming.await?;
    watching.abort();
    told.now();
    let relayed = relaying.await?;
    let closed = broker.close().await;
    store.pool.close().await;
    served?;
    consumed?;
    relayed?;
    Ok(closed?)
}

/// A consumer that ends before its time ends the service, so that whoever watches it starts it again.
async fn ends_all(
    consuming: impl Future<Output = Result<Report, ConsumeError>>,
    shutdown: &Shutdown,
) -> Result<Report, ConsumeError> {
    let ended = consuming.await;
    shutdown.now();
    ended
}

fn percent(settings: &Settings) -> Result<u8, Failure> {
    match settings.parsed("fail-percent")? {
        percent @ 0..=100 => Ok(percent),
        _ => Err(settings.wrong("fail-percent", "it is a number from 0 to 100").into()),
    }
}
