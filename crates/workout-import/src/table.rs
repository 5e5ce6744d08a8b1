//! CSV as text: which columns there are, and the cells of each line with its number.

use std::borrow::Cow;
use std::io::{self, Cursor, Read};

use csv::{ByteRecord, Reader, ReaderBuilder};
use workout_events::jiff::civil::DateTime;

use crate::cell::{civil, guard, unguard};
use crate::reason::{FileError, Reason};

/// In so many bytes the first line has to end, so that nobody reads gigabytes to learn that this is no table.
const HEAD: u64 = 64 * 1024;

/// More than any text that is taken: there, a quotation mark was not closed.
const LONGEST: usize = 64 * 1024;

pub(crate) struct Table<'i> {
    reader: Reader<Box<dyn Read + 'i>>,
    names: Vec<String>,
    pub(crate) comma_is_decimal: bool,
}

/// A line, as far as it could be read, and what is wrong with it.
pub(crate) struct Line {
    pub(crate) number: u64,
    cells: Vec<String>,
    pub(crate) fault: Option<Reason>,
}

/// Where a column is, if it is there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column(Option<usize>, pub(crate) &'static str);

impl<'i> Table<'i> {
    pub(crate) fn open(mut input: impl Read + 'i) -> Result<Self, FileError> {
        let mut head = Vec::new();
        (&mut input).take(HEAD).read_to_end(&mut head).map_err(FileError::Io)?;
        if head.iter().all(u8::is_ascii_whitespace) || head == *b"\xef\xbb\xbf" {
            return Err(FileError::Empty);
        }
        let first = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head);
        let first = first.split(|byte| matches!(byte, b'\n' | b'\r')).find(|line| !line.is_empty()).unwrap_or_default();
        if first.contains(&0) || std::str::from_utf8(first).is_err() || first.len() as u64 >= HEAD - 3 {
            return Err(FileError::NotText);
        }
        let count = |delimiter: u8| first.split(|byte| *byte == delimiter).count();
        let delimiter = [b',', b';', b'\t'].into_iter().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',');
        let input: Box<dyn Read + 'i> = Box::new(Cursor::new(head).chain(input));
        let reader = ReaderBuilder::new().delimiter(delimiter).flexible(true).has_headers(false).from_reader(input);
        let mut table = Self { reader, names: Vec::new(), comma_is_decimal: delimiter == b';' };
        let names = table.next().map_err(FileError::Io)?.ok_or(FileError::Empty)?;
        table.names =
            names.cells.iter().map(|name| name.trim_start_matches('\u{feff}').trim().to_lowercase()).collect();
        Ok(table)
    }

    /// The first column of one of these names, of which the first is what people are told.
    pub(crate) fn column(&self, names: &[&'static str]) -> Column {
        let is_it = |name: &String| names.iter().any(|wanted| wanted.eq_ignore_ascii_case(name));
        Column(self.names.iter().position(is_it), names.first().copied().unwrap_or_default())
    }

    /// The next line that is not empty.
    pub(crate) fn next(&mut self) -> io::Result<Option<Line>> {
        let mut record = ByteRecord::new();
        loop {
            if !self.reader.read_byte_record(&mut record)? {
                return Ok(None);
            }
            if record.iter().any(|cell| !cell.is_empty()) {
                return Ok(Some(self.line(&record)));
            }
        }
    }

    fn line(&self, record: &ByteRecord) -> Line {
        let number = record.position().map_or(0, csv::Position::line);
        let mut is_utf8 = true;
        let text = |cell: &[u8]| {
            let text = String::from_utf8_lossy(cell);
            is_utf8 &= matches!(text, Cow::Borrowed(_));
            text.into_owned()
        };
        let mut cells: Vec<_> = record.iter().map(text).collect();
        let wanted = self.names.len();
        if wanted == 0 {
            return Line { number, cells, fault: None };
        }
        // Spreadsheets add empty columns.
        while cells.len() > wanted && cells.last().is_some_and(String::is_empty) {
            cells.pop();
        }
        let found = cells.len();
        let is_open = found < wanted && cells.last().is_some_and(|last| last.contains('\n'));
        let fault = if is_open || cells.iter().any(|cell| cell.len() > LONGEST) {
            Some(Reason::OpenQuotation)
        } else if found != wanted {
            Some(Reason::Cells { found, wanted })
        } else if is_utf8 {
            None
        } else {
            Some(Reason::NotUtf8)
        };
        Line { number, cells, fault }
    }
}

impl Column {
    pub(crate) fn is_there(self) -> bool {
        self.0.is_some()
    }

    /// The same under another name for people.
    pub(crate) fn called(self, name: &'static str) -> Self {
        Self(self.0, name)
    }
}

impl Line {
    /// What stands in a column. One that the file does not have is empty.
    pub(crate) fn cell(&self, column: Column) -> &str {
        column.0.and_then(|place| self.cells.get(place)).map_or("", |cell| unguard(cell))
    }
}

impl Line {
    /// The date and time in a column. Where a line was cut off, that is what is wrong with it, and not what is missing.
    pub(crate) fn time(&self, column: Column) -> Result<DateTime, Reason> {
        let text = self.cell(column);
        civil(text, column.1).map_err(|reason| match &self.fault {
            Some(fault) => fault.clone(),
            None if text.contains('\n') => Reason::OpenQuotation,
            None => reason,
        })
    }
}

/// Writes lines: texts in quotation marks, everything else as it is.
#[derive(Debug, Default)]
pub(crate) struct Out(String);

impl Out {
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.between();
        self.0.push('"');
        self.0.push_str(&guard(text).replace('"', "\"\""));
        self.0.push('"');
        self
    }

    /// Numbers and the like, which need no quotation marks.
    pub(crate) fn bare(&mut self, text: &str) -> &mut Self {
        self.between();
        self.0.push_str(text);
        self
    }

    pub(crate) fn end(&mut self) {
        self.0.push('\n');
    }

    pub(crate) fn take(&mut self) -> String {
        std::mem::take(&mut self.0)
    }

    fn between(&mut self) {
        if !self.0.is_empty() && !self.0.ends_with('\n') {
            self.0.push(',');
        }
    }
}
