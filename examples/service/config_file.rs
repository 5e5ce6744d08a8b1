//! A file of settings.

use std::collections::BTreeMap;
use std::fs;

use toml::{Table, Value};

use super::setting::{Kind, Setting};
use super::settings::WrongSetting;

/// What a file says, by the keys of settings.
pub(super) fn read(path: &str, known: &[Setting]) -> Result<BTreeMap<String, String>, WrongSetting> {
    let text = fs::read_to_string(path)
        .map_err(|error| WrongSetting::new(format!("the file of settings {path} cannot be read: {error}")))?;
    let table: Table = text.parse().map_err(|error: toml::de::Error| {
        // Without the line itself, which may have a password in it.
        let line = error.span().map_or(1, |span| text[..span.start].lines().count().max(1));
        WrongSetting::new(format!("{path}, about line {line}: {}", error.message()))
    })?;
    let mut said = BTreeMap::new();
    for (key, value) in table {
        if !known.iter().any(|setting| is_called(setting, &key)) {
            return Err(WrongSetting::new(format!("{path} sets `{key}`, which is unknown; --help says what there is")));
        }
        let value = match value {
            Value::String(text) => text,
            Value::Integer(number) => number.to_string(),
            Value::Boolean(on) => if on { "yes" } else { "no" }.to_owned(),
            _ => {
                let problem = format!("{path} sets `{key}` to something that is no text, number, true or false");
                return Err(WrongSetting::new(problem));
            }
        };
        said.insert(key, value);
    }
    Ok(said)
}

fn is_called(setting: &Setting, key: &str) -> bool {
    let is_file = || matches!(setting.kind, Kind::Secret) && key == format!("{}_file", setting.key());
    key == setting.key() || is_file()
}
