//! Which encoding a text file is in: UTF-8, with or without a byte order mark, or GB18030. Anything else is refused.

use std::borrow::Cow;

use encoding_rs::GB18030;

use crate::diagnostic::{Place, Spot};
use crate::{Diagnostic, Say, say};

/// A decoded text, and whether it was GB18030.
pub(super) struct Decoded<'a> {
    pub text: Cow<'a, str>,
    pub gb18030: bool,
}

/// Decodes `bytes`.
///
/// Valid UTF-8 wins. GB18030 accepts most byte strings, also Latin-1, so it is only taken where the characters are likely:
/// see [`plausible`].
pub(super) fn decode<'a>(file: &str, bytes: &'a [u8]) -> Result<Decoded<'a>, Box<Diagnostic>> {
    if is_utf16(bytes) {
        return Err(Box::new(wrong_encoding(
            file,
            bytes,
            0,
            say!("文件是 UTF-16 编码", "the file is in UTF-16"),
        )));
    }
    if let Some(at) = bytes
        .contains(&0)
        .then(|| bytes.iter().position(|byte| *byte == 0))
        .flatten()
    {
        return Err(Box::new(nul(file, bytes, at)));
    }
    let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let wrong = match std::str::from_utf8(body) {
        Ok(text) => {
            return Ok(Decoded {
                text: Cow::Borrowed(text),
                gb18030: false,
            });
        }
        Err(error) => bytes.len() - body.len() + error.valid_up_to(),
    };
    match GB18030.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) if plausible(bytes) => Ok(Decoded {
            text,
            gb18030: true,
        }),
        _ => {
            let problem = say!(
                "文件既不是 UTF-8 也不是 GB18030 编码",
                "the file is neither UTF-8 nor GB18030"
            );
            Err(Box::new(wrong_encoding(file, bytes, wrong, problem)))
        }
    }
}

fn is_utf16(bytes: &[u8]) -> bool {
    let marked = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    let zeros = bytes.iter().take(200).filter(|byte| **byte == 0).count();
    marked || zeros * 3 > bytes.len().min(200)
}

/// Whether bytes that decode as GB18030 are likely meant so: at least three in four of the double-byte characters are in the
/// GB2312 area (both bytes from 0xA1 up), where nearly all of written Chinese is. In Latin-1 a letter with an accent is
/// mostly followed by a plain one, which falls outside.
fn plausible(bytes: &[u8]) -> bool {
    let (mut common, mut all) = (0_usize, 0_usize);
    let mut rest = bytes;
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first < 0x80 {
            continue;
        }
        all += 1;
        if let [second, tail @ ..] = rest {
            common += usize::from(*first >= 0xa1 && *second >= 0xa1);
            // The four-byte characters of GB18030 have a digit in second place.
            rest = if second.is_ascii_digit() {
                tail.get(2..).unwrap_or_default()
            } else {
                tail
            };
        }
    }
    common * 4 >= all * 3
}

fn line_of(bytes: &[u8], at: usize) -> usize {
    1 + bytes.iter().take(at).filter(|byte| **byte == b'\n').count()
}

fn wrong_encoding(file: &str, bytes: &[u8], at: usize, problem: Say) -> Diagnostic {
    let (line, byte) = (
        line_of(bytes, at),
        bytes.get(at).copied().unwrap_or_default(),
    );
    let Say { zh, en } = problem;
    let number = at + 1;
    let problem = say!(
        "{zh}:第 {line} 行、文件第 {number} 个字节 0x{byte:02X} 读不出",
        "{en}: line {line}, byte {number} of the file, 0x{byte:02X}, can't be read"
    );
    let remedy = say!(
        "在表格软件中另存为“CSV UTF-8(逗号分隔)”",
        "save it as “CSV UTF-8 (comma delimited)” in the spreadsheet program"
    );
    Diagnostic::error("wrong-encoding", spot(file, at), problem).remedy(remedy)
}

fn nul(file: &str, bytes: &[u8], at: usize) -> Diagnostic {
    let line = line_of(bytes, at);
    let number = at + 1;
    let problem = say!(
        "第 {line} 行有空字符(文件第 {number} 个字节为 0x00),文件可能已损坏",
        "line {line} holds a NUL (byte {number} of the file is 0x00); the file may be damaged"
    );
    let remedy = say!("重新导出这个文件", "export the file again");
    Diagnostic::error("nul-byte", spot(file, at), problem).remedy(remedy)
}

fn spot(file: &str, at: usize) -> Place {
    Place {
        file: file.to_owned(),
        spot: Spot::Bytes(at..at + 1),
    }
}
