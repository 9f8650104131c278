//! From the bytes of a file to its text: UTF-8 with or without a byte order mark, or GB18030.
//!
//! GB18030 accepts almost any bytes, so a text is taken for it only when it looks like Chinese: a wrong guess would put
//! nonsense into a circular.

use std::borrow::Cow;

use crate::diagnostic::{Diagnostic, Place, Spot};
use crate::{Say, say};

/// An encoding Merit reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// GB18030, and with it GBK and GB 2312.
    Gb18030,
}

/// Bytes that are no text in an encoding Merit reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotText {
    /// What they seem to be instead.
    pub kind: NotTextKind,
    /// The first byte that can't be read.
    pub byte: u8,
    /// The one-based line it stands in.
    pub line: usize,
}

/// What bytes seem to be that are no text in an encoding Merit reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTextKind {
    /// UTF-16.
    Utf16,
    /// A damaged or a binary file: it holds a zero byte.
    Nul,
    /// Another encoding.
    Other,
}

impl NotText {
    fn at(kind: NotTextKind, bytes: &[u8], offset: usize) -> Self {
        let before = bytes.get(..offset).unwrap_or(bytes);
        let line = before.iter().filter(|b| **b == b'\n').count() + 1;
        let byte = bytes.get(offset).copied().unwrap_or(0);
        Self { kind, byte, line }
    }

    /// The finding for a file.
    #[must_use]
    pub fn diagnostic(self, file: &str) -> Diagnostic {
        let spot = Spot::Cell {
            sheet: None,
            row: self.line,
            column: None,
        };
        let place = Place {
            file: file.to_owned(),
            spot,
        };
        let (code, remedy) = match self.kind {
            NotTextKind::Nul => (
                "nul-byte",
                say!("重新导出这个文件", "export the file again"),
            ),
            NotTextKind::Utf16 | NotTextKind::Other => (
                "wrong-encoding",
                say!(
                    "另存为 UTF-8 编码(表格软件中选“CSV UTF-8(逗号分隔)”)",
                    "save it as UTF-8 (in a spreadsheet program: “CSV UTF-8 (comma delimited)”)"
                ),
            ),
        };
        Diagnostic::error(code, place, self.problem()).remedy(remedy)
    }

    fn problem(self) -> Say {
        let Self { kind, byte, line } = self;
        match kind {
            NotTextKind::Utf16 => say!("文件是 UTF-16 编码", "the file is in UTF-16"),
            NotTextKind::Nul => say!(
                "第 {line} 行有空字符(0x00),文件可能已损坏",
                "line {line} holds a NUL (0x00); the file may be damaged"
            ),
            NotTextKind::Other => say!(
                "第 {line} 行的字节 0x{byte:02X} 既不是 UTF-8 也不是 GB18030 文字",
                "byte 0x{byte:02X} in line {line} is neither UTF-8 nor GB18030 text"
            ),
        }
    }
}

/// The text of a file, and how it was encoded.
///
/// # Errors
/// The first byte that can't be read, when the bytes are neither UTF-8 nor plausible GB18030.
pub fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, Encoding), NotText> {
    if is_utf16(bytes) {
        return Err(NotText::at(NotTextKind::Utf16, bytes, 0));
    }
    if let Some(zero) = bytes.iter().position(|b| *b == 0) {
        return Err(NotText::at(NotTextKind::Nul, bytes, zero));
    }
    let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(body) {
        Ok(text) => Ok((Cow::Borrowed(text), Encoding::Utf8)),
        Err(error) => {
            let offset = bytes.len() - body.len() + error.valid_up_to();
            let text =
                gb18030(bytes).ok_or_else(|| NotText::at(NotTextKind::Other, bytes, offset))?;
            Ok((text, Encoding::Gb18030))
        }
    }
}

/// Whether the bytes bear the mark of UTF-16, or a third of the first ones are zero, as in UTF-16 text of few Chinese characters.
fn is_utf16(bytes: &[u8]) -> bool {
    let marked = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    let zeros = bytes.iter().take(200).filter(|byte| **byte == 0).count();
    marked || zeros * 3 > bytes.len().min(200)
}

fn gb18030(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let text = encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes)?;
    looks_chinese(bytes, &text).then_some(text)
}

/// Whether the text has no stray control or private characters and at least nine tenths of its two-byte characters stand
/// in the plane of GB 2312, where nearly all Chinese in use does; other encodings read as GB18030 scatter outside it.
fn looks_chinese(bytes: &[u8], text: &str) -> bool {
    let stray = |c: char| {
        (c.is_control() && !"\t\r\n".contains(c)) || ('\u{e000}'..='\u{f8ff}').contains(&c)
    };
    if text.chars().any(stray) {
        return false;
    }
    let (common, all) = pairs(bytes);
    all > 0 && common * 10 >= all * 9
}

/// How many two-byte characters stand in the plane of GB 2312, and how many there are.
fn pairs(bytes: &[u8]) -> (usize, usize) {
    let (mut common, mut all) = (0, 0);
    let mut rest = bytes;
    loop {
        rest = match rest {
            [] => return (common, all),
            [0..=0x7f, rest @ ..] => rest,
            [_, 0x30..=0x39, _, _, rest @ ..] => rest,
            [lead, trail, rest @ ..] => {
                all += 1;
                common += usize::from((0xa1..=0xf7).contains(lead) && *trail >= 0xa1);
                rest
            }
            [_] => return (common, all),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf8_is_read_with_and_without_a_mark() {
        assert_eq!(decode("满意率".as_bytes()).unwrap().0, "满意率");
        assert_eq!(decode(b"\xef\xbb\xbfa = 1").unwrap().0, "a = 1");
        assert_eq!(decode(b"").unwrap().0, "");
    }

    #[test]
    fn gb18030_is_read() {
        let (bytes, _, _) =
            encoding_rs::GB18030.encode("# 乡镇党委考核细则\nname = \"镕基、㐀\"\n");
        let (text, encoding) = decode(&bytes).unwrap();
        assert!(text.contains("乡镇党委考核细则"));
        assert_eq!(encoding, Encoding::Gb18030);
    }

    #[test]
    fn other_encodings_name_their_first_byte() {
        assert_eq!(
            decode(b"a\ncaf\xe9 1\n").unwrap_err(),
            NotText {
                kind: NotTextKind::Other,
                byte: 0xe9,
                line: 2
            }
        );
        assert_eq!(
            decode(b"\xff\xfea\0b\0").unwrap_err(),
            NotText {
                kind: NotTextKind::Utf16,
                byte: 0xff,
                line: 1
            }
        );
        let (big5, _, _) = encoding_rs::BIG5.encode("鄉鎮黨委考核細則與評分標準");
        assert_eq!(decode(&big5).unwrap_err().line, 1);
        let (sjis, _, _) = encoding_rs::SHIFT_JIS.encode("これは日本語のテキストです。");
        assert_eq!(decode(&sjis).unwrap_err().line, 1);
    }
}
