//! Fields, and what is wrong with them.

use std::collections::BTreeMap;

use maud::{Markup, html};
use workout_events::Violations;

/// The fields of a form as a browser sends them.
pub(crate) type Pairs = BTreeMap<String, String>;

/// What is wrong with a field, said to whoever has filled it in. Without a field it is about the form as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault {
    field: &'static str,
    what: String,
}

/// All that is wrong with a form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn add(&mut self, field: &'static str, what: impl Into<String>) {
        self.0.push(Fault { field, what: what.into() });
    }

    /// What the contract says, where no field was found out to be wrong before.
    pub(crate) fn broken(violations: &Violations) -> Self {
        let mut faults = Self::default();
        for violation in violations {
            let field = match violation.pointer.rsplit('/').next() {
                Some("target") => "target",
                Some("title") => "title",
                Some("due_at") => "due",
                Some("display_name") => "name",
                _ => "",
            };
            faults.add(field, format!("This cannot be taken: {violation}."));
        }
        faults
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|fault| fault.field == field).map(|fault| fault.what.as_str())
    }

    /// What is said above the form, where a screen reader begins.
    pub(crate) fn summary(&self) -> Markup {
        html! {
            @if !self.0.is_empty() {
                div class="wrong card" role="alert" {
                    @for fault in &self.0 { p { (fault.what) } }
                }
            }
        }
    }
}

/// The mark of a field that is wrong, beside it.
pub(crate) fn fault(faults: &Faults, field: &str) -> Markup {
    html! {
        @if let Some(what) = faults.of(field) { span class="wrong" id={ (field) "-wrong" } { (what) } }
    }
}
