//! The store and the broker, opened as the settings say.

use std::fs;

use stats_http::{Api, Jwt, StatsReader, loopback_only};
use stats_store::StatsStore;
use std::sync::Arc;
use workout_broker::Broker;
use workout_examples::{Failure, Settings};

use crate::settings::{Door, Mode, Servers};

/// Who says so, in the envelope.
pub(crate) const SOURCE: &str = "/stats-service";

pub(crate) struct Parts {
    /// For all that is written, and for what goes on beside requests.
    pub(crate) store: StatsStore,
    /// For questions, where a database lets another user ask them.
    questions: Option<StatsStore>,
    pub(crate) broker: Broker,
}

impl Parts {
    pub(crate) async fn open(mode: Mode) -> Result<Self, Failure> {
        match mode {
            Mode::Embedded { folder } => {
                fs::create_dir_all(&folder)?;
                let store = StatsStore::sqlite(folder.join("stats.db")).await?;
                Ok(Self { store, questions: None, broker: Broker::in_process() })
            }
            Mode::Demo => Ok(Self { store: StatsStore::memory(), questions: None, broker: Broker::in_process() }),
            Mode::Connected(servers) => Self::connect(servers).await,
        }
    }

    async fn connect(servers: Servers) -> Result<Self, Failure> {
        let mut store = StatsStore::builder(&servers.database);
        if servers.announces {
            store = store.announcing(SOURCE);
        }
        let store = if servers.migrates { store.connect().await? } else { store.open().await? };
        let questions = match servers.reader {
            Some(url) => Some(StatsStore::builder(&url).open().await?),
            None => None,
        };
        Ok(Self { store, questions, broker: servers.broker.connect().await? })
    }

    pub(crate) fn reader(&self) -> Arc<dyn StatsReader> {
        self.questions.as_ref().unwrap_or(&self.store).reader()
    }

    pub(crate) async fn close(self) {
        self.store.close().await;
        if let Some(questions) = self.questions {
            questions.close().await;
        }
    }
}

/// The API with somebody at the door.
pub(crate) fn api(settings: &Settings, reader: Arc<dyn StatsReader>) -> Result<Api, Failure> {
    let api = Api::new(reader);
    Ok(match Door::of(settings)? {
        Door::Loopback { published: false } => api.authenticator(loopback_only()),
        Door::Loopback { published: true } => api.authenticator(loopback_only().published_port()),
        Door::Tokens { keys, issuer, audience } => {
            let jwt = Jwt::jwks_file(keys, issuer, audience).map_err(|error| settings.wrong("jwt-keys", error))?;
            api.authenticator(jwt).browser_sessions()
        }
    })
}
