//! What can be set, and what follows from it.

use std::path::PathBuf;

use workout_broker::BrokerBuilder;
use workout_examples::{AMQP_PLAINTEXT, AMQP_URL, Program, Setting, Settings, WrongSetting};

pub(crate) const PROGRAM: Program = Program {
    name: "stats_service",
    about: "Workouts in, statistics and a dashboard out.\n\n\
            With nothing set it is complete in one process and keeps everything in stats.db. With AMQP_URL and DATABASE_URL \
            it is one of many beside RabbitMQ and PostgreSQL.",
    settings: &[
        Setting::new("listen", "ADDRESS", "Where it answers; port 0 is any that is free").default("127.0.0.1:8080"),
        Setting::new("data", "FOLDER", "Where stats.db is kept, without DATABASE_URL: the current folder if not said"),
        Setting::switch("demo", "Believable people, kept in memory, one of whom is always training"),
        AMQP_URL,
        AMQP_PLAINTEXT,
        Setting::secret("database-url", "The PostgreSQL, such as postgres://user:password@host/database"),
        Setting::secret("reader-database-url", "The same database for questions, as a user who may only read"),
        Setting::switch("no-migrate", "Somebody else brings the tables up to date: `workout store migrate`"),
        Setting::switch("no-declare", "Somebody else makes queues and exchanges: `workout topology apply`"),
        Setting::switch("announce", "Tell others of records and goals on workout.events, where somebody has to listen"),
        Setting::new(
            "jwt-keys",
            "FILE",
            "The keys (JWKS) of tokens that people bring; without it, this machine alone is served",
        ),
        Setting::new("jwt-issuer", "NAME", "Whose tokens are believed (`iss`)"),
        Setting::new("jwt-audience", "NAME", "Whom tokens are for (`aud`)").default("stats"),
        Setting::switch("published-on-loopback", "In a container whose port is published on this machine alone"),
    ],
};

/// What the service is to be.
pub(crate) enum Mode {
    /// Complete in one process.
    Embedded { folder: PathBuf },
    /// Likewise, in memory, and with people who have trained for years.
    Demo,
    /// One of many, with servers.
    Connected(Servers),
}

pub(crate) struct Servers {
    pub(crate) broker: BrokerBuilder,
    pub(crate) database: String,
    /// For questions.
    pub(crate) reader: Option<String>,
    pub(crate) migrates: bool,
    pub(crate) announces: bool,
}

/// Who is believed to be who.
pub(crate) enum Door {
    Loopback { published: bool },
    Tokens { keys: PathBuf, issuer: String, audience: String },
}

impl Mode {
    pub(crate) fn of(settings: &Settings) -> Result<Self, WrongSetting> {
        let (data, demo) = (settings.text("data"), settings.is_on("demo"));
        match (settings.text("amqp-url"), settings.text("database-url")) {
            (Some(_), Some(_)) if demo || data.is_some() => {
                Err(WrongSetting::new("data and demo are for running without AMQP_URL and DATABASE_URL"))
            }
            (Some(_), Some(database)) => Ok(Self::Connected(Servers {
                broker: settings.broker()?,
                database: database.to_owned(),
                reader: settings.text("reader-database-url").map(str::to_owned),
                migrates: !settings.is_on("no-migrate"),
                announces: settings.is_on("announce"),
            })),
            (Some(_), None) => Err(WrongSetting::new("AMQP_URL is set, so DATABASE_URL has to be as well")),
            (None, Some(_)) => Err(WrongSetting::new("DATABASE_URL is set, so AMQP_URL has to be as well")),
            (None, None) => {
                for name in ["reader-database-url", "no-migrate", "no-declare", "announce"] {
                    if settings.text(name).is_some_and(|said| said != "no") {
                        return Err(settings.wrong(name, "it is for running with AMQP_URL and DATABASE_URL"));
                    }
                }
                match data {
                    Some(_) if demo => Err(settings.wrong("demo", "it keeps nothing, so it has no use for a folder")),
                    None if demo => Ok(Self::Demo),
                    folder => Ok(Self::Embedded { folder: folder.unwrap_or(".").into() }),
                }
            }
        }
    }
}

impl Door {
    pub(crate) fn of(settings: &Settings) -> Result<Self, WrongSetting> {
        let published = settings.is_on("published-on-loopback");
        match settings.text("jwt-keys") {
            Some(_) if published => {
                Err(settings.wrong("published-on-loopback", "with jwt-keys nobody is believed for where they are"))
            }
            Some(keys) => Ok(Self::Tokens {
                keys: keys.into(),
                issuer: settings.required("jwt-issuer")?.to_owned(),
                audience: settings.required("jwt-audience")?.to_owned(),
            }),
            None if settings.text("jwt-issuer").is_some() => {
                Err(settings.wrong("jwt-issuer", "without jwt-keys nobody can be believed"))
            }
            None => Ok(Self::Loopback { published }),
        }
    }
}
