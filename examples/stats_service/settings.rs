//! What can be set, and where it stands.

use std::env;
use std::path::PathBuf;

pub(crate) const HELP: &str = "\
Usage: stats_service [--data DIR | --demo]

  --data DIR     where stats.db is kept, without DATABASE_URL (default: the current folder)
  --demo         believable people in memory, to look at; nothing is kept

  PORT           the port on 127.0.0.1, 0 for any that is free (default: 8080)
  AMQP_URL       consume from this RabbitMQ; needs DATABASE_URL
  AMQP_PLAINTEXT `allow` lets AMQP_URL name another host without TLS
  DATABASE_URL   store in this PostgreSQL; needs AMQP_URL
  ANNOUNCE       `yes` tells others of records and goals on the exchange workout.events; somebody has to listen there";

pub(crate) struct Settings {
    pub(crate) port: u16,
    pub(crate) mode: Mode,
}

pub(crate) enum Mode {
    /// Complete in one process.
    Embedded { folder: PathBuf },
    /// Likewise, in memory, and with people who have trained for years.
    Demo,
    /// One of many, with servers.
    Connected { amqp_url: String, amqp_plaintext: bool, database_url: String, announces: bool },
}

impl Settings {
    /// `None` when only help was asked for. A problem is one line that names what to mend, and never a URL.
    pub(crate) fn read() -> Result<Option<Self>, String> {
        let (mut folder, mut demo) = (None, false);
        let mut arguments = env::args_os().skip(1);
        while let Some(argument) = arguments.next() {
            match argument.to_str() {
                Some("--help" | "-h") => return Ok(None),
                Some("--demo") => demo = true,
                Some("--data") => folder = Some(arguments.next().ok_or("--data needs a folder")?),
                _ => return Err("unknown argument; --help says what there is".to_owned()),
            }
        }
        let mode = match (variable("AMQP_URL")?, variable("DATABASE_URL")?) {
            (None, None) if demo && folder.is_none() => Mode::Demo,
            _ if demo => return Err("--demo is for running without --data, AMQP_URL and DATABASE_URL".to_owned()),
            (Some(_), Some(_)) if folder.is_some() => {
                return Err("--data is for running without DATABASE_URL".to_owned());
            }
            (Some(amqp_url), Some(database_url)) => {
                let amqp_plaintext = match variable("AMQP_PLAINTEXT")?.as_deref() {
                    Some("allow") => true,
                    Some(_) => return Err("AMQP_PLAINTEXT can only be `allow`; unset it for anything else".to_owned()),
                    None => false,
                };
                let announces = match variable("ANNOUNCE")?.as_deref() {
                    Some("yes") => true,
                    Some(_) => return Err("ANNOUNCE can only be `yes`; unset it for anything else".to_owned()),
                    None => false,
                };
                Mode::Connected { amqp_url, amqp_plaintext, database_url, announces }
            }
            (None, None) => Mode::Embedded { folder: folder.unwrap_or_else(|| ".".into()).into() },
            (Some(_), None) => return Err("AMQP_URL is set, so DATABASE_URL has to be as well".to_owned()),
            (None, Some(_)) => return Err("DATABASE_URL is set, so AMQP_URL has to be as well".to_owned()),
        };
        let port = match variable("PORT")? {
            Some(port) => port.parse().map_err(|_| "PORT has to be a number from 0 to 65535")?,
            None => 8080,
        };
        Ok(Some(Self { port, mode }))
    }
}

fn variable(name: &str) -> Result<Option<String>, String> {
    match env::var(name) {
        Ok(value) if value.is_empty() => Err(format!("{name} is empty; set it or unset it")),
        Ok(value) => Ok(Some(value)),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(format!("{name} is not UTF-8")),
    }
}
