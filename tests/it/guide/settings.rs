//! The page of settings, and what services say themselves.

use std::collections::BTreeSet;
use std::process::Command;

use support::service;

const PAGE: &str = include_str!("../../../docs/settings.md");

/// What clap and every service have.
const ALWAYS: [&str; 4] = ["config", "print-config", "help", "version"];

#[test]
fn the_page_has_the_settings_that_services_have() {
    for (name, of) in [("stats_service", "stats"), ("coach_service", "coach"), ("monolith", "monolith")] {
        let help = Command::new(service::built(name)).arg("--help").output().unwrap();
        let help = String::from_utf8(help.stdout).unwrap();
        let flags = help.lines().filter_map(|line| line.split_once("--").filter(|(before, _)| before.len() <= 6));
        let flags = flags.map(|(_, flag)| flag.split([' ', ',']).next().unwrap_or_default());
        let has: BTreeSet<_> = flags
            .filter(|flag| !ALWAYS.contains(flag))
            .map(|flag| flag.strip_suffix("-file").unwrap_or(flag).to_owned())
            .collect();
        assert_eq!(has, told_of(of), "{name}: what it has, and what docs/settings.md tells");
    }
}

/// The settings in the rows of the table that are of this service.
fn told_of(service: &str) -> BTreeSet<String> {
    let rows = PAGE.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| `")?.split(" | ");
        let (names, of) = (cells.next()?, cells.next()?);
        (of == "all" || of.split(", ").any(|of| of == service)).then_some(names)
    });
    let names = rows.flat_map(|names| names.split([',', '`', ' ', '¹'])).filter(|name| !name.is_empty());
    names.map(str::to_owned).collect()
}
