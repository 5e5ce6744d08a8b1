//! A report, for people and for programs.

use std::env;
use std::fmt::Display;
use std::io::{self, IsTerminal};

use serde_json::json;

use crate::doctor::code::Severity;
use crate::doctor::report::{Report, Thing};
use crate::output::Output;

pub(super) fn print(report: &Report, as_json: bool, verbose: bool) -> io::Result<()> {
    let mut output = Output::new();
    if as_json {
        object(&mut output, report, verbose)?;
    } else {
        let colours = io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        for line in lines(report, verbose, Paint(colours)) {
            output.line(line)?;
        }
    }
    output.finish()
}

fn object(output: &mut Output, report: &Report, verbose: bool) -> io::Result<()> {
    let finding = |thing: &Thing| {
        let (kind, name) = (thing.kind, thing.name.clone());
        thing.findings.iter().map(move |it| {
            json!({ "severity": it.severity, "code": it.code, "kind": kind, "name": name, "happens": it.happens, "mend": it.mend })
        }).collect::<Vec<_>>()
    };
    let findings: Vec<_> = report.things.iter().flat_map(finding).collect();
    let passed = |thing: &Thing| json!({ "kind": thing.kind, "name": thing.name, "passed": thing.passed });
    let counts = [Severity::Unsafe, Severity::Advice].map(|severity| report.count(severity));
    let mut object = json!({
        "asked": report.head,
        "safe": counts[0] == 0,
        "unsafe": counts[0],
        "advice": counts[1],
        "passed": report.passed(),
        "findings": findings,
        "unseen": report.unseen,
    });
    if verbose {
        object["things"] = report.things.iter().map(passed).collect();
    }
    output.json(&object)
}

fn lines(report: &Report, verbose: bool, paint: Paint) -> Vec<String> {
    let mut lines = vec![printable(&report.head.join(", ")), String::new()];
    for thing in report.things.iter().filter(|thing| verbose || !thing.findings.is_empty()) {
        lines.push(paint.bold(printable(&format!("{} {}", thing.kind, thing.name))));
        for finding in &thing.findings {
            let mark = match finding.severity {
                Severity::Unsafe => paint.red("UNSAFE"),
                Severity::Advice => paint.yellow("advice"),
            };
            lines.push(format!("  {mark}  {}: {}", finding.code, printable(&finding.happens)));
            lines.push(format!("          -> {}", printable(&finding.mend)));
        }
        if verbose {
            lines.extend(thing.passed.iter().map(|what| format!("  {}      {}", paint.green("ok"), printable(what))));
        }
        lines.push(String::new());
    }
    if !verbose {
        let well = report.things.iter().filter(|thing| thing.findings.is_empty());
        let line = |thing: &Thing| {
            let line = format!("  {} {}: {}", thing.kind, thing.name, counted(thing.passed.len(), "check"));
            paint.green("ok") + &printable(&line)
        };
        let well: Vec<_> = well.map(line).collect();
        let gap = if well.is_empty() { None } else { Some(String::new()) };
        lines.extend(well.into_iter().chain(gap));
    }
    if !report.unseen.is_empty() {
        lines.extend(report.unseen.iter().map(|what| format!("not seen: {}", printable(what))));
        lines.push(String::new());
    }
    lines.push(verdict(report, paint));
    lines
}

fn verdict(report: &Report, paint: Paint) -> String {
    let (found, advice) = (report.count(Severity::Unsafe), report.count(Severity::Advice));
    let rest = format!("{advice} of advice, {} passed", counted(report.passed(), "check"));
    match found {
        0 if report.unseen.is_empty() => format!("{}: nothing unsafe was found; {rest}.", paint.green("SAFE")),
        0 => format!("{} as far as it was seen: nothing unsafe was found; {rest}.", paint.green("SAFE")),
        _ => {
            format!("{}: {} would lose, double or stop events; {rest}.", paint.red("UNSAFE"), counted(found, "finding"))
        }
    }
}

fn counted(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

/// Names are chosen by others, and must not move the cursor.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// Colours, where someone sees them.
#[derive(Debug, Clone, Copy)]
struct Paint(bool);

impl Paint {
    fn bold(self, text: impl Display) -> String {
        self.with(1, text)
    }

    fn red(self, text: impl Display) -> String {
        self.with(31, text)
    }

    fn green(self, text: impl Display) -> String {
        self.with(32, text)
    }

    fn yellow(self, text: impl Display) -> String {
        self.with(33, text)
    }

    fn with(self, colour: u8, text: impl Display) -> String {
        if self.0 { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::code::Code;

    fn report() -> Report {
        let mut bad = Thing::new("queue", "bad\x1b[2J");
        bad.find(Code::NoConsumer, "1 event waits.", "Start it.");
        bad.find(Code::NoBinding, "It hears nothing.", "Bind it.");
        let mut good = Thing::new("queue", "good");
        good.pass("quorum");
        let mut report = Report { head: vec!["here".to_owned()], things: vec![good, bad], unseen: Vec::new() };
        report.sort();
        report
    }

    #[test]
    fn what_is_unsafe_comes_first_and_what_is_well_in_a_line() {
        let want = "here\n\nqueue bad\u{fffd}[2J\n  UNSAFE  no_binding: It hears nothing.\n          -> Bind it.\n  advice  \
                    no_consumer: 1 event waits.\n          -> Start it.\n\nok  queue good: 1 check\n\nUNSAFE: 1 finding would \
                    lose, double or stop events; 1 of advice, 1 check passed.";
        assert_eq!(lines(&report(), false, Paint(false)).join("\n"), want);
        assert!(lines(&report(), true, Paint(false)).contains(&"  ok      quorum".to_owned()));
    }

    #[test]
    fn colours_change_nothing_but_the_colour() {
        let painted = lines(&report(), false, Paint(true)).join("\n");
        assert!(painted.contains("\x1b[31mUNSAFE\x1b[0m"));
        let mut plain = painted;
        for code in ["\x1b[0m", "\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[33m"] {
            plain = plain.replace(code, "");
        }
        assert_eq!(plain, lines(&report(), false, Paint(false)).join("\n"));
    }
}
