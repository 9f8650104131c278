//! CSV as in RFC 4180, split in place.
//!
//! The `csv` crate reads on past an unclosed quote and past text after a closing one, and says nothing of a file that was cut
//! off; here each of these is an error with its line. Cells are slices of the text, so a table of a million rows costs no
//! memory beside its own bytes.

use std::borrow::Cow;

/// What is wrong with the text at a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A quote opened on this line is never closed.
    Unclosed { line: usize },
    /// Text stands between a closing quote and the next separator.
    AfterQuote { line: usize },
    /// The last line has no line break.
    CutOff { line: usize },
}

/// What ended a cell.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stop {
    Separator,
    Line,
    End,
}

/// Reads rows one by one.
#[derive(Clone, Debug)]
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    separator: u8,
    faults: Vec<Fault>,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str, separator: u8) -> Self {
        Self {
            text,
            at: 0,
            line: 1,
            separator,
            faults: Vec::new(),
        }
    }

    /// What was wrong so far.
    pub(super) fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// The next row that isn't blank: its cells into `cells`, and the line it starts on.
    pub(super) fn row(&mut self, cells: &mut Vec<Cow<'a, str>>) -> Option<usize> {
        cells.clear();
        self.skip_blank_lines();
        if self.at >= self.text.len() {
            return None;
        }
        let line = self.line;
        loop {
            let (cell, stop) = self.cell();
            cells.push(cell);
            match stop {
                Stop::Separator => {}
                Stop::Line => return Some(line),
                Stop::End => {
                    if !matches!(self.faults.last(), Some(Fault::Unclosed { .. })) {
                        self.faults.push(Fault::CutOff { line: self.line });
                    }
                    return Some(line);
                }
            }
        }
    }

    fn skip_blank_lines(&mut self) {
        while self.line_break() {}
    }

    /// Takes one line break (`\n`, `\r\n` or `\r`), if one stands here.
    fn line_break(&mut self) -> bool {
        let length = match self.rest() {
            [b'\r', b'\n', ..] => 2,
            [b'\n' | b'\r', ..] => 1,
            _ => return false,
        };
        self.at += length;
        self.line += 1;
        true
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn slice(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }

    fn cell(&mut self) -> (Cow<'a, str>, Stop) {
        if self.rest().first() == Some(&b'"') {
            return self.quoted();
        }
        let from = self.at;
        self.skip_cell();
        let cell = Cow::Borrowed(self.slice(from, self.at));
        (cell, self.stop())
    }

    /// Goes to the next separator, line break or the end.
    #[inline]
    fn skip_cell(&mut self) {
        let separator = self.separator;
        let rest = self.rest();
        let length = rest
            .iter()
            .position(|byte| *byte == separator || *byte == b'\n' || *byte == b'\r');
        self.at += length.unwrap_or(rest.len());
    }

    fn stop(&mut self) -> Stop {
        if self.rest().first() == Some(&self.separator) {
            self.at += 1;
            Stop::Separator
        } else if self.line_break() {
            Stop::Line
        } else {
            Stop::End
        }
    }

    fn quoted(&mut self) -> (Cow<'a, str>, Stop) {
        let opened = self.line;
        self.at += 1;
        let from = self.at;
        let mut doubled = false;
        loop {
            let rest = self.rest();
            let Some(length) = rest.iter().position(|byte| *byte == b'"') else {
                self.faults.push(Fault::Unclosed { line: opened });
                self.at = self.text.len();
                return (Cow::Borrowed(self.slice(from, self.at)), Stop::End);
            };
            self.line += breaks(rest.get(..length).unwrap_or_default());
            self.at += length + 1;
            if self.rest().first() != Some(&b'"') {
                break;
            }
            doubled = true;
            self.at += 1;
        }
        let inside = self.slice(from, self.at - 1);
        let cell = if doubled {
            Cow::Owned(inside.replace("\"\"", "\""))
        } else {
            Cow::Borrowed(inside)
        };
        let closed = self.at;
        self.skip_cell();
        if self.at > closed {
            self.faults.push(Fault::AfterQuote { line: self.line });
        }
        (cell, self.stop())
    }
}

/// How many line breaks stand in `bytes`.
fn breaks(bytes: &[u8]) -> usize {
    let lone_returns = bytes
        .windows(2)
        .filter(|pair| matches!(pair, [b'\r', next] if *next != b'\n'))
        .count();
    bytes.iter().filter(|byte| **byte == b'\n').count()
        + lone_returns
        + usize::from(bytes.last() == Some(&b'\r'))
}

/// What separates the cells: a comma, or where the header line has more of them outside quotes, a semicolon or a tab.
pub(super) fn separator(text: &str) -> u8 {
    let mut counts = [(b',', 0_usize), (b';', 0), (b'\t', 0)];
    let mut inside = false;
    for byte in text.trim_start_matches(['\n', '\r']).bytes() {
        match byte {
            b'"' => inside = !inside,
            b'\n' | b'\r' if !inside => break,
            _ if !inside => counts
                .iter_mut()
                .filter(|(mark, _)| *mark == byte)
                .for_each(|(_, count)| *count += 1),
            _ => {}
        }
    }
    // The first of equals: `max_by_key` would take the last.
    counts
        .iter()
        .rev()
        .max_by_key(|(_, count)| *count)
        .map_or(b',', |(mark, _)| *mark)
}
