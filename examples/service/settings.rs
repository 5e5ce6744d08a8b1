//! What is set.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::{self, Display, Write};
use std::str::FromStr;
use std::{env, fs};

use clap::ArgMatches;
use workout_broker::{Broker, BrokerBuilder};

use super::config_file;
use super::redact::redacted;
use super::setting::{Kind, Setting};

/// What is set, and where it was said.
#[derive(Debug)]
pub struct Settings {
    known: &'static [Setting],
    values: BTreeMap<&'static str, Value>,
}

struct Value {
    text: String,
    from: String,
}

/// A setting that is missing, or that nobody can make sense of. Says what to mend, and never a secret.
#[derive(Debug)]
pub struct WrongSetting(String);

/// The places that say something, in their order.
struct Places<'a> {
    flags: &'a ArgMatches,
    file: Option<(String, BTreeMap<String, String>)>,
}

impl Settings {
    /// Flags first, then the environment, then a file, then defaults.
    pub(super) fn read(known: &'static [Setting], flags: &ArgMatches) -> Result<Self, WrongSetting> {
        let named = flags.get_one::<String>("config").cloned();
        let file = match named.map_or_else(|| variable("CONFIG"), |path| Ok(Some(path)))? {
            Some(path) => {
                let said = config_file::read(&path, known)?;
                Some((path, said))
            }
            None => None,
        };
        let places = Places { flags, file };
        let mut values = BTreeMap::new();
        for setting in known {
            let said = match setting.kind {
                Kind::Secret => places.secret(setting)?,
                Kind::Text(_) | Kind::Switch => places.plain(setting, &setting.flag())?,
            };
            let default = || Some(Value { text: setting.default?.to_owned(), from: "default".to_owned() });
            if let Some(value) = said.or_else(default) {
                if matches!(setting.kind, Kind::Switch) && !["yes", "no"].contains(&value.text.as_str()) {
                    let (name, from) = (setting.name, value.from);
                    return Err(WrongSetting(format!("{name} ({from}) has to be yes or no")));
                }
                values.insert(setting.name, value);
            }
        }
        Ok(Self { known, values })
    }

    /// What was said, or the default.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.value(name).map(|value| value.text.as_str())
    }

    /// Likewise, where it cannot be left out.
    ///
    /// # Errors
    /// When it was.
    pub fn required(&self, name: &str) -> Result<&str, WrongSetting> {
        self.text(name).ok_or_else(|| {
            let variable = name.replace('-', "_").to_uppercase();
            WrongSetting(format!("{name} is not set; {variable} in the environment sets it, and --help says more"))
        })
    }

    /// Likewise, as what it means. It has to have been said, or to have a default.
    ///
    /// # Errors
    /// When it cannot mean that.
    pub fn parsed<T: FromStr<Err: Display>>(&self, name: &str) -> Result<T, WrongSetting> {
        self.required(name)?.parse().map_err(|error| self.wrong(name, error))
    }

    /// What to answer when the value of this setting was no good.
    pub fn wrong(&self, name: &str, why: impl Display) -> WrongSetting {
        let from = self.value(name).map_or("not set", |value| &value.from);
        WrongSetting(format!("{name} ({from}) is not right: {why}"))
    }

    /// Whether a switch is on.
    #[must_use]
    pub fn is_on(&self, name: &str) -> bool {
        self.text(name) == Some("yes")
    }

    /// How to reach RabbitMQ: the settings [`AMQP_URL`](super::AMQP_URL) and [`AMQP_PLAINTEXT`](super::AMQP_PLAINTEXT).
    /// Where there is a switch `no-declare` and it is on, the link makes no exchange either: its user may not.
    ///
    /// # Errors
    /// When it was not said.
    pub fn broker(&self) -> Result<BrokerBuilder, WrongSetting> {
        let broker = Broker::builder(self.required("amqp-url")?);
        let broker = if self.is_on("amqp-plaintext") { broker.allow_plaintext() } else { broker };
        let knows = self.known.iter().any(|setting| setting.name == "no-declare");
        Ok(if knows && self.is_on("no-declare") { broker.declare_nothing() } else { broker })
    }

    fn value(&self, name: &str) -> Option<&Value> {
        debug_assert!(self.known.iter().any(|setting| setting.name == name), "there is no setting {name}");
        self.values.get(name)
    }
}

/// What `--print-config` prints: a file of settings, but for what is secret.
impl Display for Settings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for setting in self.known {
            let key = setting.key();
            let Some(Value { text, from }) = self.values.get(setting.name) else {
                writeln!(out, "# {key} is not set")?;
                continue;
            };
            let mut line = match setting.kind {
                Kind::Switch => format!("{key} = {}", text == "yes"),
                Kind::Secret => format!("{key} = {}", toml::Value::from(redacted(text))),
                Kind::Text(_) => format!("{key} = {}", toml::Value::from(text.as_str())),
            };
            write!(line, " # {from}")?;
            writeln!(out, "{line}")?;
        }
        Ok(())
    }
}

impl Places<'_> {
    /// The first place that says something under this flag.
    fn plain(&self, setting: &Setting, flag: &str) -> Result<Option<Value>, WrongSetting> {
        let given = match setting.kind {
            Kind::Switch => self.flags.get_flag(flag).then(|| "yes".to_owned()),
            Kind::Text(_) | Kind::Secret => self.flags.get_one::<String>(flag).cloned(),
        };
        if let Some(text) = given {
            return Ok(Some(Value { text, from: format!("--{flag}") }));
        }
        let key = flag.replace('-', "_");
        Ok(match in_environment(&key)? {
            None => self.in_file(&key),
            said => said,
        })
    }

    /// A secret itself, or the file that has it; never both from one place.
    fn secret(&self, setting: &Setting) -> Result<Option<Value>, WrongSetting> {
        let (key, flag) = (setting.key(), setting.flag());
        let file_key = flag.replace('-', "_");
        let by_flag = self.flags.get_one::<String>(&flag).cloned();
        if let Some(path) = by_flag {
            return secret_in(&Value { text: path, from: format!("--{flag}") }).map(Some);
        }
        let environment = (in_environment(&key)?, in_environment(&file_key)?);
        for said in [environment, (self.in_file(&key), self.in_file(&file_key))] {
            match said {
                (Some(_), Some(path)) => {
                    let problem = format!("{} is set both itself and by {}; unset one", setting.name, path.from);
                    return Err(WrongSetting(problem));
                }
                (Some(value), None) => return Ok(Some(value)),
                (None, Some(path)) => return secret_in(&path).map(Some),
                (None, None) => {}
            }
        }
        Ok(None)
    }

    fn in_file(&self, key: &str) -> Option<Value> {
        let (path, said) = self.file.as_ref()?;
        said.get(key).map(|text| Value { text: text.clone(), from: format!("{key} in {path}") })
    }
}

fn in_environment(key: &str) -> Result<Option<Value>, WrongSetting> {
    let name = key.to_uppercase();
    Ok(variable(&name)?.map(|text| Value { text, from: name }))
}

fn variable(name: &str) -> Result<Option<String>, WrongSetting> {
    match env::var(name) {
        Ok(value) if value.is_empty() => Err(WrongSetting(format!("{name} is empty; set it or unset it"))),
        Ok(value) => Ok(Some(value)),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(WrongSetting(format!("{name} is not UTF-8"))),
    }
}

/// The line in a file, such as an orchestrator mounts.
fn secret_in(path: &Value) -> Result<Value, WrongSetting> {
    let Value { text: path, from } = path;
    if path.contains("://") {
        return Err(WrongSetting(format!("{from} is the secret itself; it has to be the name of a file that has it")));
    }
    let text = fs::read_to_string(path)
        .map_err(|error| WrongSetting(format!("the file {path} that {from} names cannot be read: {error}")))?;
    let text = text.trim_end_matches(['\r', '\n']).to_owned();
    if text.is_empty() {
        return Err(WrongSetting(format!("the file {path} that {from} names is empty")));
    }
    Ok(Value { text, from: format!("{path}, by {from}") })
}

impl WrongSetting {
    /// A problem in one line that names what to mend.
    pub fn new(problem: impl Into<String>) -> Self {
        Self(problem.into())
    }
}

impl Display for WrongSetting {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl Error for WrongSetting {}

/// Without the text, which may be secret.
impl fmt::Debug for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_where_its_file_should_be_is_not_repeated() {
        let place = Value { text: "amqp://coach:hunter2@rabbit".to_owned(), from: "AMQP_URL_FILE".to_owned() };
        let wrong = secret_in(&place).expect_err("there is no such file").to_string();
        assert!(wrong.contains("AMQP_URL_FILE") && !wrong.contains("hunter2"), "{wrong}");
    }
}
