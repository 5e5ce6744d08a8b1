//! Free text: what people type into titles, names and notes.

use crate::violation::Code;

/// Whether a text may have several lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// One line: no control character at all.
    Single,
    /// Line feeds, carriage returns and tabs are allowed.
    Several,
}

/// Whether the text keeps its bounds and has no forbidden character. The quick answer; [`problems`] names the reasons.
pub(crate) fn fits(text: &str, min: usize, max: usize, lines: Lines) -> bool {
    // Plain ASCII without control characters is nearly every text, and its length is its character count.
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return (min..=max).contains(&text.len());
    }
    problems(text, min, max, lines).next().is_none()
}

/// Every rule that the text breaks, each once.
pub(crate) fn problems(text: &str, min: usize, max: usize, lines: Lines) -> impl Iterator<Item = Code> {
    let count = text.chars().count();
    let control = text.chars().any(|c| c != '\0' && is_forbidden_control(c, lines));
    [
        (count < min).then_some(Code::TooShort),
        (count > max).then_some(Code::TooLong),
        text.contains('\0').then_some(Code::NulCharacter),
        control.then_some(Code::ControlCharacter),
        text.chars().any(is_bidi_control).then_some(Code::BidiControl),
    ]
    .into_iter()
    .flatten()
}

/// The regular expression of allowed texts, without their length.
#[cfg(feature = "schema")]
pub(crate) fn pattern(lines: Lines) -> &'static str {
    match lines {
        Lines::Single => r"^[^\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]*$",
        Lines::Several => r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]*$",
    }
}

fn is_forbidden_control(c: char, lines: Lines) -> bool {
    c.is_control() && !(lines == Lines::Several && matches!(c, '\n' | '\r' | '\t'))
}

fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, lines: Lines, want: &[Code]) {
        let got: Vec<_> = problems(text, 1, 10, lines).collect();
        assert_eq!(got, want, "{text:?}");
        assert_eq!(fits(text, 1, 10, lines), want.is_empty(), "{text:?}");
    }

    #[test]
    fn length_counts_characters_and_not_bytes() {
        check("", Lines::Single, &[Code::TooShort]);
        check("1234567890", Lines::Single, &[]);
        check("12345678901", Lines::Single, &[Code::TooLong]);
        check("ääääääääää", Lines::Single, &[]);
        check("🏋🏋🏋🏋🏋🏋🏋🏋🏋🏋", Lines::Single, &[]);
    }

    #[test]
    fn line_breaks_belong_into_texts_of_several_lines() {
        check("a\nb\tc\r", Lines::Several, &[]);
        check("a\nb", Lines::Single, &[Code::ControlCharacter]);
        check("a\u{7}b", Lines::Several, &[Code::ControlCharacter]);
        check("a\u{85}b", Lines::Several, &[Code::ControlCharacter]);
        check("\0\u{202e}", Lines::Several, &[Code::NulCharacter, Code::BidiControl]);
        check("עברית\u{200f}", Lines::Single, &[]);
    }
}
