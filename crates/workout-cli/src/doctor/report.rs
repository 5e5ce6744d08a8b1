//! What was found.

use serde::Serialize;

use crate::doctor::code::{Code, Severity};

/// Something that would lose or double events, or is worth knowing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    pub(super) severity: Severity,
    pub(super) code: &'static str,
    /// What would happen, in a sentence.
    pub(super) happens: String,
    /// What to do about it, with the command.
    pub(super) mend: String,
}

/// A thing that was looked at: a queue, an exchange, the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Thing {
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) findings: Vec<Finding>,
    /// What is in order, in a few words each.
    pub(super) passed: Vec<String>,
}

impl Thing {
    pub(super) fn new(kind: &'static str, name: impl Into<String>) -> Self {
        Self { kind, name: name.into(), findings: Vec::new(), passed: Vec::new() }
    }

    pub(super) fn find(&mut self, code: Code, happens: impl Into<String>, mend: impl Into<String>) {
        let (happens, mend) = (happens.into(), mend.into());
        self.findings.push(Finding { severity: code.severity(), code: code.as_str(), happens, mend });
    }

    pub(super) fn pass(&mut self, what: impl Into<String>) {
        self.passed.push(what.into());
    }

    /// The worst of it, if there is anything.
    pub(super) fn severity(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).min()
    }

    pub(super) fn codes(&self) -> Vec<&'static str> {
        self.findings.iter().map(|finding| finding.code).collect()
    }
}

/// All that was looked at, and what could not be.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// What answered, in a line.
    pub(super) head: Vec<String>,
    pub(super) things: Vec<Thing>,
    /// What nobody could be asked for, and how to.
    pub(super) unseen: Vec<String>,
}

impl Report {
    /// The worst first; within that as they were looked at.
    pub(super) fn sort(&mut self) {
        let rank = |severity: Option<Severity>| severity.map_or(2, |severity| severity as u8);
        self.things.sort_by_key(|thing| rank(thing.severity()));
        for thing in &mut self.things {
            thing.findings.sort_by_key(|finding| finding.severity);
        }
    }

    pub(super) fn count(&self, severity: Severity) -> usize {
        self.things.iter().flat_map(|thing| &thing.findings).filter(|finding| finding.severity == severity).count()
    }

    pub(super) fn passed(&self) -> usize {
        self.things.iter().map(|thing| thing.passed.len()).sum()
    }
}
