//! The parts, put together and taken apart again.

use std::error::Error;
use std::fs;
use std::net::Ipv4Addr;
use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusBuilder;
use stats_http::{Api, Dashboard, Live};
use stats_store::StatsStore;
use tokio::net::TcpListener;
use workout_broker::Broker;
use workout_events::{UserId, WorkoutId};
use workout_publisher::Publisher;

use crate::perform::{self, Perform};
use crate::receipts::Receipts;
use crate::settings::{Mode, Settings};
use crate::shutdown::Shutdown;
use crate::{background, demo, hints, ingest};

type Failure = Box<dyn Error + Send + Sync>;

pub(crate) async fn run(settings: &Settings) -> Result<(), Failure> {
    let shutdown = Shutdown::on_signal()?;
    let (store, broker) = tokio::select! {
        opened = open(&settings.mode) => opened?,
        () = shutdown.wait() => return Ok(()),
    };
    let receipts = Receipts::default();
    let live = Live::new();
    let writer = live.writer(store.writer());
    let consumer = ingest::consumer(Arc::clone(&writer), receipts.clone());
    let health = consumer.health();
    // Before the first request, so that nothing is published that nobody hears.
    broker.declare(&consumer.queue()).await?;
    let (embedded, announces) = match settings.mode {
        Mode::Embedded { .. } | Mode::Demo => (true, false),
        Mode::Connected { announces, .. } => (false, announces),
    };
    let figures = PrometheusBuilder::new().install_recorder()?;
    let others = if embedded { None } else { Some((broker.clone(), live.clone())) };
    if others.is_some() {
        hints::prepare(&broker).await?;
    }
    // Bound before anything is consumed: a port that is taken is found out first.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, settings.port)).await?;
    let url = format!("http://{}", listener.local_addr()?);

    let mut pages = Dashboard::new(store.reader()).writer(Arc::clone(&writer)).live(live.clone());
    if matches!(settings.mode, Mode::Demo) {
        for (user, name) in demo::fill(&store).await? {
            pages = pages.person(user, name);
        }
    }
    if embedded {
        pages = pages.performs_at(&url);
    }
    let render = figures.clone();
    let api = Api::new(store.reader()).writer(writer).live(live).guarded(pages.routes());
    let mut app = api.part("consumer", move || health.is_ready()).metrics(move || render.render()).router();
    if embedded {
        app = app.merge(perform::router(Perform { publisher: Publisher::new(broker.clone()), receipts }));
    }
    greet(&url, embedded);

    let beside = tokio::spawn(background::run(store.clone(), others, announces, figures.clone(), shutdown.clone()));
    // Requests wait for the consumer, so it ends after them.
    let requests_ended = Shutdown::by_hand();
    let consuming = tokio::spawn({
        let (run, shutdown) = (consumer.run(broker.clone(), requests_ended.wait()), shutdown.clone());
        async move {
            let ended = run.await;
            shutdown.now();
            ended
        }
    });
    let served = stats_http::serve(listener, app, shutdown.wait()).await;
    requests_ended.now();
    let report = consuming.await?;
    beside.await?;
    broker.close().await.or_else(|error| if report.is_err() { Ok(()) } else { Err(error) })?;
    store.close().await;
    served?;
    report?;
    Ok(())
}

async fn open(mode: &Mode) -> Result<(StatsStore, Broker), Failure> {
    match mode {
        Mode::Embedded { folder } => {
            fs::create_dir_all(folder)?;
            Ok((StatsStore::sqlite(folder.join("stats.db")).await?, Broker::in_process()))
        }
        Mode::Demo => Ok((StatsStore::memory(), Broker::in_process())),
        Mode::Connected { amqp_url, amqp_plaintext, database_url, announces } => {
            let mut broker = Broker::builder(amqp_url);
            if *amqp_plaintext {
                broker = broker.allow_plaintext();
            }
            let mut store = StatsStore::builder(database_url);
            if *announces {
                store = store.announcing("/stats-service");
            }
            Ok((store.connect().await?, broker.connect().await?))
        }
    }
}

/// What to type next.
fn greet(url: &str, embedded: bool) {
    let user = UserId::generate();
    println!("{url}");
    if embedded {
        println!(
            "curl -X POST {url}/workout/{}/perform -H 'content-type: application/json' -d '{}'",
            WorkoutId::generate(),
            serde_json::json!({
                "user_id": user,
                "source": { "name": "curl" },
                "activity_type": "running",
                "started_at": "2026-03-28T17:00:00+01:00",
                "ended_at": "2026-03-28T17:45:00+01:00",
                "time_zone": "Europe/Berlin",
                "energy_kcal": 480,
            })
        );
    } else {
        println!("curl {url}/healthz");
    }
    println!("curl {url}/users/{user}/statistics");
    println!("{url}/dashboard");
}
