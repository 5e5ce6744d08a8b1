//! The strict scan: JSON text, before anything gets a Rust type.
//!
//! `serde_json` reads JSON well, but it skips unknown fields without looking, keeps the last of two equal keys in
//! some places, takes an array for an object, and has no notion of numbers that other languages would round. The scan
//! walks over the text once, guided by the shape of the message, and sees what the typed reader would not: keys given
//! twice, nesting, numbers out of range, NUL, halves of surrogate pairs, `null`, arrays in the place of objects, and how
//! many fields are unknown. It allocates nothing for a valid message whose fields are all known.

use std::borrow::Cow;
use std::ops::Range;

use crate::contract::shape::{Object, Shape};
use crate::violation::{Code, Violation};

/// The deepest nesting that is read.
pub(crate) const MAX_DEPTH: usize = 64;

/// The largest integer that every JSON reader keeps exactly.
const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// The length of the run of plain characters at the start: up to a quote, an escape or a control character.
///
/// Nearly all bytes of a message are inside of strings, so this looks at eight of them at a time: each of the three
/// tests below leaves the high bit of a byte set where it hits, and at worst also in bytes after that.
fn plain_run(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = ONES << 7;
    let is_zero = |word: u64| word.wrapping_sub(ONES) & !word;
    let (words, rest) = bytes.as_chunks::<8>();
    let mut length = 0;
    for word in words {
        let word = u64::from_le_bytes(*word);
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        let hits =
            (control | is_zero(word ^ (ONES * u64::from(b'"'))) | is_zero(word ^ (ONES * u64::from(b'\\')))) & HIGH;
        if hits != 0 {
            return length + hits.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    length + rest.iter().position(|&byte| byte < 0x20 || byte == b'"' || byte == b'\\').unwrap_or(rest.len())
}

/// What the scan of a message found.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    pub(crate) unknown_fields: usize,
    pub(crate) violations: Vec<Violation>,
    /// Tokens that no reader would take, with what to put in their place so that the rest can be diagnosed.
    pub(crate) patches: Vec<Patch>,
    /// Whether the text is not JSON at all, so that nothing beyond the violations can be said.
    pub(crate) broken: bool,
}

#[derive(Debug)]
pub(crate) struct Patch {
    pub(crate) span: Range<usize>,
    pub(crate) with: &'static str,
    pub(crate) pointer: String,
}

/// Scans a message whose top is an object of the shape `message`.
pub(crate) fn scan(text: &str, message: Option<&'static Object>, deny_unknown: bool) -> Scan {
    let mut scanner = Scanner { text, bytes: text.as_bytes(), at: 0, deny_unknown, found: Scan::default() };
    if scanner.document(message).is_err() {
        scanner.found.broken = true;
    }
    scanner.found
}

/// The text is not JSON; the violation is already noted.
struct Broken;

type Step<T = ()> = Result<T, Broken>;

/// The way from the top to a value, kept on the stack and spelt out only for a violation.
#[derive(Clone, Copy)]
struct Place<'p> {
    parent: Option<&'p Place<'p>>,
    segment: Segment<'p>,
}

#[derive(Clone, Copy)]
enum Segment<'p> {
    Top,
    Key(&'p str),
    Index(usize),
}

impl Place<'_> {
    fn pointer(&self) -> String {
        let mut pointer = self.parent.map(Place::pointer).unwrap_or_default();
        match self.segment {
            Segment::Top => {}
            Segment::Key(key) => push_segment(&mut pointer, key),
            Segment::Index(index) => push_segment(&mut pointer, &index.to_string()),
        }
        pointer
    }
}

/// Appends one segment to a JSON pointer, escaped as RFC 6901 says.
pub(crate) fn push_segment(pointer: &mut String, segment: &str) {
    pointer.push('/');
    for c in segment.chars() {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            c => pointer.push(c),
        }
    }
}

struct Scanner<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    deny_unknown: bool,
    found: Scan,
}

impl<'t> Scanner<'t> {
    fn document(&mut self, message: Option<&'static Object>) -> Step {
        let top = Place { parent: None, segment: Segment::Top };
        if self.text.starts_with('\u{feff}') {
            return self.broken(Code::ByteOrderMark, "the message must start with '{'");
        }
        self.space();
        match self.peek() {
            None => return self.broken(Code::Empty, "a JSON object is expected"),
            Some(b'{') => self.object(message, &top, 1)?,
            Some(_) => {
                self.value(None, &top, 1)?;
                self.note(Code::WrongType, &top, "a JSON object is expected");
            }
        }
        self.space();
        if self.at < self.bytes.len() {
            return self.broken(Code::TrailingBytes, "nothing may follow the JSON object");
        }
        Ok(())
    }

    fn value(&mut self, shape: Option<&'static Shape>, place: &Place<'_>, depth: usize) -> Step {
        match self.peek() {
            Some(b'"') => self.string(place).map(|_| ()),
            Some(b'-' | b'0'..=b'9') => self.number(place),
            Some(b'{' | b'[') if depth >= MAX_DEPTH => self.too_deep(place),
            Some(b'{') => {
                let object = match shape {
                    Some(Shape::Object(object)) => Some(*object),
                    _ => None,
                };
                self.object(object, place, depth + 1)
            }
            Some(b'[') => {
                let item = match shape {
                    Some(Shape::List { of, .. }) => Some(*of),
                    Some(Shape::Object(_)) => {
                        // The typed reader would take the items for the fields, in their order.
                        self.note(Code::WrongType, place, "a JSON object is expected");
                        None
                    }
                    _ => None,
                };
                self.array(item, place, depth + 1)
            }
            Some(b't') => self.literal("true"),
            Some(b'f') => self.literal("false"),
            Some(b'n') => {
                let start = self.at;
                self.literal("null")?;
                if shape.is_some() {
                    // The diagnosis names the place again, with the same code; the scan makes sure that it is run.
                    self.note(Code::NullValue, place, "leave the field out instead of writing null");
                    self.patch(start, "null", place);
                }
                Ok(())
            }
            Some(_) => self.broken(Code::InvalidJson, "a JSON value is expected"),
            None => self.truncated(),
        }
    }

    fn object(&mut self, shape: Option<&'static Object>, place: &Place<'_>, depth: usize) -> Step {
        self.at += 1;
        let mut seen = 0_u64;
        let mut expected = 0;
        let mut others: Vec<Cow<'t, str>> = Vec::new();
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.space();
            match self.peek() {
                Some(b'"') => {}
                Some(_) => return self.broken(Code::InvalidJson, "a key in double quotes is expected"),
                None => return self.truncated(),
            }
            let key = self.key(place)?;
            let here = Place { parent: Some(place), segment: Segment::Key(&key) };
            self.space();
            self.expect(b':', "a ':' is expected after a key")?;
            self.space();

            let known = shape.and_then(|object| object.find(&key, expected));
            let field_shape = match (shape, known) {
                (Some(object), Some(index)) => {
                    expected = index + 1;
                    if seen & (1 << index) != 0 {
                        self.note(Code::DuplicateKey, &here, "the key stands twice in one object");
                    }
                    seen |= 1 << index;
                    Some(object.fields[index].shape)
                }
                _ => None,
            };
            self.value(field_shape, &here, depth)?;
            if known.is_none() {
                if shape.is_some() {
                    self.found.unknown_fields += 1;
                    if self.deny_unknown {
                        self.note(Code::UnknownField, &here, "the contract has no such field");
                    }
                }
                others.push(key);
            }

            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    break;
                }
                Some(_) => return self.broken(Code::InvalidJson, "a ',' or '}' is expected"),
                None => return self.truncated(),
            }
        }
        // Sorting keeps an object with very many keys from costing their square.
        others.sort_unstable();
        let twice: Vec<_> = others.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0].clone()).collect();
        for key in twice {
            let here = Place { parent: Some(place), segment: Segment::Key(&key) };
            self.note(Code::DuplicateKey, &here, "the key stands twice in one object");
        }
        Ok(())
    }

    fn array(&mut self, item: Option<&'static Shape>, place: &Place<'_>, depth: usize) -> Step {
        self.at += 1;
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        for index in 0.. {
            self.space();
            self.value(item, &Place { parent: Some(place), segment: Segment::Index(index) }, depth)?;
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    break;
                }
                Some(_) => return self.broken(Code::InvalidJson, "a ',' or ']' is expected"),
                None => return self.truncated(),
            }
        }
        Ok(())
    }

    /// A key, with its escapes resolved: `"\u0069d"` is the key `id`.
    fn key(&mut self, object: &Place<'_>) -> Step<Cow<'t, str>> {
        let start = self.at;
        let (raw, escaped) = self.string(object)?;
        if !escaped {
            return Ok(Cow::Borrowed(raw));
        }
        // A half of a surrogate pair has no reading; such a key was noted and can stay as it is written.
        let quoted = &self.text[start..self.at];
        Ok(serde_json::from_str::<String>(quoted).map_or(Cow::Borrowed(raw), Cow::Owned))
    }

    /// A string, as it is written between its quotes, and whether it has escapes.
    fn string(&mut self, place: &Place<'_>) -> Step<(&'t str, bool)> {
        let start = self.at;
        let violations = self.found.violations.len();
        let (mut escaped, mut surrogate) = (false, false);
        self.at += 1;
        loop {
            self.at += plain_run(&self.bytes[self.at..]);
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    surrogate |= self.escape(place)?;
                }
                Some(_) => return self.broken(Code::InvalidJson, "a control character in a text must be escaped"),
                None => return self.truncated(),
            }
        }
        self.at += 1;
        if surrogate {
            self.patch(start, "\"\"", place);
        }
        // One mark a text is enough, however often it breaks the rule.
        let fresh = &mut self.found.violations;
        if fresh.len() > violations + 1 {
            let mut tail = fresh.split_off(violations);
            tail.sort_by_key(|violation| violation.code.as_str());
            tail.dedup_by_key(|violation| violation.code);
            fresh.append(&mut tail);
        }
        Ok((&self.text[start + 1..self.at - 1], escaped))
    }

    /// One escape; says whether it was half of a surrogate pair.
    fn escape(&mut self, place: &Place<'_>) -> Step<bool> {
        match self.bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 2;
                Ok(false)
            }
            Some(b'u') => {
                let unit = self.code_unit(self.at)?;
                self.at += 6;
                match unit {
                    0 => self.note(Code::NulCharacter, place, "the NUL character is not allowed"),
                    0xd800..=0xdbff => {
                        let pair = self.bytes.get(self.at..self.at + 2) == Some(b"\\u");
                        if pair && matches!(self.code_unit(self.at)?, 0xdc00..=0xdfff) {
                            self.at += 6;
                            return Ok(false);
                        }
                        self.note(Code::LoneSurrogate, place, "half of a surrogate pair is not a character");
                        return Ok(true);
                    }
                    0xdc00..=0xdfff => {
                        self.note(Code::LoneSurrogate, place, "half of a surrogate pair is not a character");
                        return Ok(true);
                    }
                    _ => {}
                }
                Ok(false)
            }
            Some(_) => self.broken(Code::InvalidJson, "JSON has no such escape"),
            None => self.truncated(),
        }
    }

    fn code_unit(&mut self, at: usize) -> Step<u16> {
        let mut unit = 0;
        for offset in 2..6 {
            let digit = match self.bytes.get(at + offset) {
                Some(byte) => char::from(*byte).to_digit(16),
                None => return self.truncated(),
            };
            match digit.and_then(|digit| u16::try_from(digit).ok()) {
                Some(digit) => unit = unit * 16 + digit,
                None => return self.broken(Code::InvalidJson, "four hexadecimal digits are expected after \\u"),
            }
        }
        Ok(unit)
    }

    fn number(&mut self, place: &Place<'_>) -> Step {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let leading_zero = self.peek() == Some(b'0');
        let digits = self.digits()?;
        if leading_zero && digits > 1 {
            return self.broken(Code::InvalidJson, "a number has no leading zeros");
        }
        let integer = &self.text[start..self.at];
        let mut is_integer = true;
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
            is_integer = false;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
            is_integer = false;
        }
        let in_range = if !is_integer {
            self.text[start..self.at].parse::<f64>().is_ok_and(f64::is_finite)
        } else if digits < 16 {
            true
        } else {
            integer.trim_start_matches('-').parse::<u64>().is_ok_and(|value| value <= MAX_SAFE_INTEGER)
        };
        if !in_range {
            self.note(Code::NumberOutOfRange, place, "the number cannot be held exactly");
            self.patch(start, "0", place);
        }
        Ok(())
    }

    fn digits(&mut self) -> Step<usize> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        match self.at - start {
            0 if self.at == self.bytes.len() => self.truncated(),
            0 => self.broken(Code::InvalidJson, "a digit is expected"),
            count => Ok(count),
        }
    }

    fn literal(&mut self, word: &str) -> Step {
        let rest = &self.bytes[self.at..];
        if rest.starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(())
        } else if word.as_bytes().starts_with(rest) {
            self.truncated()
        } else {
            self.broken(Code::InvalidJson, "a JSON value is expected")
        }
    }

    /// Notes the depth and steps over the value without recursion, so that no message can exhaust the stack.
    fn too_deep(&mut self, place: &Place<'_>) -> Step {
        let start = self.at;
        let mut open = 0_usize;
        loop {
            match self.peek() {
                Some(b'{' | b'[') => {
                    open += 1;
                    self.at += 1;
                }
                Some(b'}' | b']') => {
                    open -= 1;
                    self.at += 1;
                    if open == 0 {
                        break;
                    }
                }
                Some(b'"') => {
                    self.string(place)?;
                }
                Some(_) => self.at += 1,
                None => return self.truncated(),
            }
        }
        self.note(Code::TooDeep, place, "arrays and objects may be nested 64 deep");
        self.patch(start, "null", place);
        Ok(())
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn expect(&mut self, byte: u8, message: &str) -> Step {
        match self.peek() {
            Some(found) if found == byte => {
                self.at += 1;
                Ok(())
            }
            Some(_) => self.broken(Code::InvalidJson, message),
            None => self.truncated(),
        }
    }

    #[cold]
    fn note(&mut self, code: Code, place: &Place<'_>, message: &str) {
        self.found.violations.push(Violation::new(code, place.pointer(), message));
    }

    #[cold]
    fn patch(&mut self, start: usize, with: &'static str, place: &Place<'_>) {
        self.found.patches.push(Patch { span: start..self.at, with, pointer: place.pointer() });
    }

    #[cold]
    fn broken<T>(&mut self, code: Code, message: &str) -> Step<T> {
        let message = format!("{message} (byte {})", self.at);
        self.found.violations.push(Violation::new(code, "", message));
        Err(Broken)
    }

    #[cold]
    fn truncated<T>(&mut self) -> Step<T> {
        self.broken(Code::Truncated, "the text ends too early")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_of_plain_characters_ends_where_it_should() {
        for stop in [b'"', b'\\', 0, 0x1f, b'\n'] {
            for before in 0..40 {
                for filler in [b'a', b' ', b'!', b'#', b'[', b']', 0x7f, 0x80, 0xff] {
                    let mut bytes = vec![filler; 48];
                    assert_eq!(plain_run(&bytes[..before]), before, "{filler}");
                    bytes[before] = stop;
                    assert_eq!(plain_run(&bytes), before, "{stop} after {filler}");
                    // A second stop right behind must not be taken for the first.
                    bytes[before + 1] = b'"';
                    assert_eq!(plain_run(&bytes), before, "{stop} after {filler}");
                }
            }
        }
    }
}
