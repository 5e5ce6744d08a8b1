//! Texts on their way into and out of spreadsheets, which take what begins with these characters for a formula.

const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The text as a spreadsheet shows it and does not compute it. What looks guarded already is guarded once more.
pub(crate) fn guard(text: &str) -> String {
    if is_formula(text) { format!("'{text}") } else { text.to_owned() }
}

/// The text that was guarded.
pub(crate) fn unguard(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(text)
}

fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(FORMULA)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_becomes_a_text_and_comes_back() {
        #[track_caller]
        fn check(text: &str, want: &str) {
            assert_eq!(guard(text), want);
            assert_eq!(unguard(want), text);
        }
        check("=HYPERLINK(\"http://example.org\")", "'=HYPERLINK(\"http://example.org\")");
        check("+1", "'+1");
        check("- easy", "'- easy");
        check("@home", "'@home");
        check("\tx", "'\tx");
        check("'=1", "''=1");
        check("''=1", "'''=1");
        check("'quoted'", "'quoted'");
        check("Push", "Push");
        check("", "");
    }
}
