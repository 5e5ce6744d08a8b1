//! The parts, put together and taken apart again.

use std::net::SocketAddr;

use tokio::net::TcpListener;
use workout_examples::{Failure, Settings, Shutdown, exporter, health, names, prepare, tell_url};
use workout_publisher::outbox::Relay;

use crate::ladder::Ladder;
use crate::store::Store;
use crate::wod::{Failures, Workshop};
use crate::{figures, people, perform, problems, wod};

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
        prepare(&broker, [wods.queue(), users.queue()]).await?;
    }
    let figures = exporter()?;
    let consumers = vec![wods.health(), users.health()];
    // Bound before anything is consumed: a port that is taken is found out first.
    let listener = TcpListener::bind(address).await?;
    tell_url(&format!("http://{}", listener.local_addr()?));

    let consuming = tokio::spawn({
        let wods = shutdown.ends_with(wods.run(broker.clone(), shutdown.wait()));
        let users = shutdown.ends_with(users.run(broker.clone(), shutdown.wait()));
        async move { tokio::try_join!(wods, users) }
    });
    // Ends last: what handlers and requests have told is published, as far as the broker is there.
    let (relay, told) = (Relay::new(store.outbox.clone(), &broker), Shutdown::by_hand());
    let relaying = tokio::spawn(shutdown.ends_with(relay.run(told.wait())));
    let watching = tokio::spawn({
        let broker = broker.clone();
        shutdown.ends_with(async move { figures::watch(&broker).await })
    });

    let routes = perform::routes().merge(wod::routes()).fallback(async || problems::not_found());
    let routes = names::guard(routes.with_state(store.clone()), &settings);
    let app = routes.merge(health::routes(store.pool.clone(), consumers, figures));
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

fn percent(settings: &Settings) -> Result<u8, Failure> {
    match settings.parsed("fail-percent")? {
        percent @ 0..=100 => Ok(percent),
        _ => Err(settings.wrong("fail-percent", "it is a number from 0 to 100").into()),
    }
}
