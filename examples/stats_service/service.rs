//! The parts, put together and taken apart again.

use std::net::SocketAddr;
use std::sync::Arc;

use stats_http::{Dashboard, Live};
use tokio::net::TcpListener;
use workout_examples::{Failure, Settings, Shutdown, exporter};
use workout_publisher::Publisher;

use crate::parts::{self, Parts};
use crate::perform::{self, Perform};
use crate::receipts::Receipts;
use crate::settings::Mode;
use crate::{background, demo, greeting, hints, ingest};

pub(crate) async fn run(settings: Settings) -> Result<(), Failure> {
    let (mode, address) = (Mode::of(&settings)?, settings.parsed::<SocketAddr>("listen")?);
    let (is_demo, has_servers) = (matches!(mode, Mode::Demo), matches!(mode, Mode::Connected(_)));
    let (declares, announces) = (!settings.is_on("no-declare"), settings.is_on("announce"));
    let shutdown = Shutdown::on_signal()?;
    let parts = tokio::select! {
        opened = Box::pin(Parts::open(mode)) => opened?,
        () = shutdown.wait() => return Ok(()),
    };
    let (store, broker) = (parts.store.clone(), parts.broker.clone());
    let receipts = Receipts::default();
    let live = Live::new();
    let writer = live.writer(store.writer());
    let mut consumer = ingest::consumer(Arc::clone(&writer), receipts.clone());
    if declares {
        // Before the first request, so that nothing is published that nobody hears.
        broker.declare(&consumer.queue()).await?;
    } else {
        consumer = consumer.declares_nothing();
    }
    let health = consumer.health();
    let figures = exporter()?;
    let others = has_servers.then(|| (broker.clone(), live.clone()));
    if has_servers && declares {
        hints::prepare(&broker).await?;
    }
    // Bound before anything is consumed: a port that is taken is found out first.
    let listener = TcpListener::bind(address).await?;
    let url = format!("http://{}", listener.local_addr()?);

    let mut pages = Dashboard::new(parts.reader()).writer(Arc::clone(&writer)).live(live.clone());
    let performing = Perform { publisher: Publisher::new(broker.clone()), receipts };
    if is_demo {
        let people = demo::people();
        demo::fill(&store, &people).await?;
        for person in &people {
            pages = pages.person(person.user, person.name);
        }
        let (performing, shutdown) = (performing.clone(), shutdown.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = demo::keep_training(&people, &performing) => {}
                () = shutdown.wait() => {}
            }
        });
    }
    let guarded =
        if has_servers { pages.routes() } else { pages.performs_at(&url).routes().merge(perform::router(performing)) };
    let api = parts::api(&settings, parts.reader())?.writer(writer).live(live).guarded(guarded);
    let app = api.part("consumer", move || health.is_ready()).metrics(move || figures.render()).router();
    greeting::greet(&url, !has_servers);

    let beside = tokio::spawn(background::run(store, others, announces, shutdown.clone()));
    // Requests wait for the consumer, so it ends after them.
    let requests_ended = Shutdown::by_hand();
    let consuming = tokio::spawn(shutdown.ends_with(consumer.run(broker.clone(), requests_ended.wait())));
    let served = stats_http::serve(listener, app, shutdown.wait()).await;
    requests_ended.now();
    let report = consuming.await?;
    beside.await?;
    broker.close().await.or_else(|error| if report.is_err() { Ok(()) } else { Err(error) })?;
    parts.close().await;
    served?;
    report?;
    Ok(())
}
