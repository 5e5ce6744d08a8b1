//! Looking at a server, in a transaction that may not write.

use std::collections::BTreeMap;

use sqlx::{ConnectOptions, Connection};
use workout_events::jiff::Timestamp;
use workout_events::jiff::civil::{Date, date};
use workout_events::jiff::tz::TimeZone;

use crate::error::{StoreError, connecting, database};
use crate::examine::{Examined, of_schema};
use crate::postgres::address;
use crate::postgres::connect::MIGRATIONS;
use crate::risk::Risk;

/// Settings by their names, as they are for this user in this database.
type Settings = BTreeMap<String, String>;

pub(crate) async fn examine(url: &str) -> Result<Examined, StoreError> {
    let mut connection = address::parse(url)?.connect().await.map_err(connecting)?;
    let mut looking = connection.begin_with("BEGIN READ ONLY").await.map_err(database)?;
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT name, setting FROM pg_settings WHERE name IN ('server_version', 'server_version_num', 'fsync',
             'full_page_writes', 'synchronous_commit', 'default_transaction_read_only')
         UNION ALL SELECT 'is_standby', pg_is_in_recovery()::text",
    )
    .fetch_all(&mut *looking)
    .await
    .map_err(database)?;
    let settings = rows.into_iter().collect();
    let mut risks = risks(&settings, Timestamp::now().to_zoned(TimeZone::UTC).date());
    risks.extend(of_schema(MIGRATIONS.standing_in_postgres(&mut looking).await)?);
    looking.rollback().await.map_err(database)?;
    connection.close().await.map_err(database)?;
    let version = settings.get("server_version").map(String::as_str).unwrap_or_default();
    Ok(Examined { database: format!("PostgreSQL {version}"), risks })
}

fn risks(settings: &Settings, today: Date) -> Vec<Risk> {
    let is = |name: &str, value: &str| settings.get(name).is_some_and(|found| found == value);
    let major = settings.get("server_version_num").and_then(|number| number.parse::<i32>().ok());
    let read_only = is("is_standby", "true") || is("default_transaction_read_only", "on");
    let found = [
        (Risk::FsyncOff, is("fsync", "off")),
        (Risk::FullPageWritesOff, is("full_page_writes", "off")),
        (Risk::SynchronousCommitOff, is("synchronous_commit", "off")),
        (Risk::ReadOnly, read_only),
        (Risk::EndOfLife, major.is_some_and(|number| has_ended(number / 10_000, today))),
    ];
    found.into_iter().filter_map(|(risk, is_there)| is_there.then_some(risk)).collect()
}

/// A version gets corrections for five years, until a November: 13 until 2025, 14 until 2026, and so on.
fn has_ended(major: i32, today: Date) -> bool {
    let year = i16::try_from(major.saturating_add(2012)).unwrap_or(i16::MAX);
    (1..=9998).contains(&year) && today >= date(year, 12, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_setting_that_costs_events_is_found() {
        #[track_caller]
        fn check(setting: &str, value: &str, want: &[Risk]) {
            let well = [
                ("server_version_num", "170002"),
                ("fsync", "on"),
                ("full_page_writes", "on"),
                ("synchronous_commit", "on"),
                ("default_transaction_read_only", "off"),
                ("is_standby", "false"),
            ];
            let mut settings: Settings = well.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
            settings.insert(setting.to_owned(), value.to_owned());
            assert_eq!(risks(&settings, date(2026, 11, 30)), want);
        }
        check("fsync", "on", &[]);
        check("fsync", "off", &[Risk::FsyncOff]);
        check("full_page_writes", "off", &[Risk::FullPageWritesOff]);
        check("synchronous_commit", "off", &[Risk::SynchronousCommitOff]);
        check("synchronous_commit", "local", &[]);
        check("default_transaction_read_only", "on", &[Risk::ReadOnly]);
        check("is_standby", "true", &[Risk::ReadOnly]);
        check("server_version_num", "130022", &[Risk::EndOfLife]);
        check("server_version_num", "140015", &[]);
        check("server_version_num", "90624", &[Risk::EndOfLife]);
    }
}
