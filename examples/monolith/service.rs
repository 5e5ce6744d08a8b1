//! The parts, put together and taken apart again.

use std::net::SocketAddr;

use axum::extract::DefaultBodyLimit;
use tokio::net::TcpListener;
use workout_events::MAX_MESSAGE_BYTES;
use workout_examples::{Failure, Settings, Shutdown, exporter, health, names, prepare, tell_url};
use workout_publisher::outbox::Relay;

use crate::database::Database;
use crate::{last_workout, problems, session, workout};

pub(crate) async fn run(settings: Settings) -> Result<(), Failure> {
    let address: SocketAddr = settings.parsed("listen")?;
    let shutdown = Shutdown::on_signal()?;
    let opened = async {
        let broker = settings.broker()?.connect().await?;
        Ok::<_, Failure>((broker, Database::connect(settings.required("database-url")?).await?))
    };
    let (broker, database) = tokio::select! {
        opened = Box::pin(opened) => opened?,
        () = shutdown.wait() => return Ok(()),
    };
    let mut consumer = last_workout::consumer(database.clone());
    if settings.is_on("no-declare") {
        consumer = consumer.declares_nothing();
    } else {
        prepare(&broker, [consumer.queue()]).await?;
    }
    let (healthy, figures) = (consumer.health(), exporter()?);
    // Bound before anything is consumed: a port that is taken is found out first.
    let listener = TcpListener::bind(address).await?;
    tell_url(&format!("http://{}", listener.local_addr()?));

    let consuming = tokio::spawn(shutdown.ends_with(consumer.run(broker.clone(), shutdown.wait())));
    // Ends after the last request, and publishes what that has left, as far as the broker is there.
    let requests_ended = Shutdown::by_hand();
    let relay = Relay::new(database.outbox.clone(), &broker).run(requests_ended.wait());
    let relaying = tokio::spawn(shutdown.ends_with(relay));

    let routes = workout::routes().merge(session::routes()).merge(last_workout::routes());
    let routes = routes
        .layer(DefaultBodyLimit::max(MAX_MESSAGE_BYTES))
        .method_not_allowed_fallback(async || problems::wrong_method())
        .fallback(async || problems::not_found("There is no such page."));
    let routes = names::guard(routes.with_state(database.clone()), &settings);
    let app = routes.merge(health::routes(database.pool.clone(), vec![healthy], figures));
    let served = stats_http::serve(listener, app, shutdown.wait()).await;
    requests_ended.now();
    let (heard, told) = (consuming.await?, relaying.await?);
    let closed = broker.close().await;
    database.pool.close().await;
    served?;
    heard?;
    told?;
    Ok(closed?)
}
