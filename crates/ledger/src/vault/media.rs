//! What may go into the vault: which kinds of content, and how much of it.
//!
//! A file is looked at before it is taken: its beginning must be that of the kind it is declared as, and an office document
//! may hold no macros. That is no virus scan.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::de::IgnoredAny;

const MIB: usize = 1024 * 1024;

/// What an item's content is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum MediaType {
    /// Text in UTF-8.
    Text,
    /// JSON: a record of personal data.
    Json,
    /// A JPEG picture.
    Jpeg,
    /// A PNG picture.
    Png,
    /// A WebP picture.
    Webp,
    /// A PDF document.
    Pdf,
    /// An OFD document (GB/T 33190), in which Chinese offices file.
    Ofd,
    /// A Word document without macros.
    Docx,
    /// An Excel workbook without macros.
    Xlsx,
    /// A PowerPoint presentation without macros.
    Pptx,
}

impl MediaType {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Text,
        Self::Json,
        Self::Jpeg,
        Self::Png,
        Self::Webp,
        Self::Pdf,
        Self::Ofd,
        Self::Docx,
        Self::Xlsx,
        Self::Pptx,
    ];

    /// The name as it is registered (IANA) or, for OFD, in use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text/plain",
            Self::Json => "application/json",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Pdf => "application/pdf",
            Self::Ofd => "application/ofd",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Pptx => {
                "application/vnd.openxmlformats-officedocument.presentationml.presentation"
            }
        }
    }

    /// Whether it is written by hand rather than attached.
    #[must_use]
    pub const fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::Json)
    }

    /// Whether the content is what the name says, as far as its marks show.
    #[must_use]
    pub fn describes(self, content: &[u8]) -> bool {
        match self {
            Self::Text => std::str::from_utf8(content).is_ok_and(|text| !text.contains('\0')),
            Self::Json => serde_json::from_slice::<IgnoredAny>(content).is_ok(),
            Self::Jpeg => content.starts_with(b"\xff\xd8\xff"),
            Self::Png => content.starts_with(b"\x89PNG\r\n\x1a\n"),
            Self::Webp => content.starts_with(b"RIFF") && content.get(8..12) == Some(b"WEBP"),
            Self::Pdf => content.starts_with(b"%PDF-"),
            Self::Ofd => holds(content, b"OFD.xml"),
            Self::Docx => holds(content, b"word/document.xml"),
            Self::Xlsx => holds(content, b"xl/workbook.xml"),
            Self::Pptx => holds(content, b"ppt/presentation.xml"),
        }
    }

    /// The kind of an attachment by its marks.
    #[must_use]
    pub fn of(content: &[u8]) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| !kind.is_text() && kind.describes(content))
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for MediaType {
    type Err = Unfit;

    fn from_str(name: &str) -> Result<Self, Unfit> {
        let known = Self::ALL.into_iter().find(|kind| kind.name() == name);
        known.ok_or_else(|| Unfit::UnknownType {
            declared: name.to_owned(),
        })
    }
}

/// What may go into the vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes of a text.
    pub text: usize,
    /// The most bytes of an attachment.
    pub attachment: usize,
    /// The kinds that are taken.
    pub types: BTreeSet<MediaType>,
}

impl Default for Limits {
    /// 64 KiB of text, attachments of 10 MiB, every kind.
    fn default() -> Self {
        Self {
            text: 64 * 1024,
            attachment: 10 * MIB,
            types: MediaType::ALL.into(),
        }
    }
}

impl Limits {
    /// Whether content may go into the vault.
    ///
    /// # Errors
    /// What stands against it, in this order: the kind, the size, the marks.
    pub fn check(&self, declared: MediaType, content: &[u8]) -> Result<(), Unfit> {
        if !self.types.contains(&declared) {
            return Err(Unfit::NotAllowed {
                declared,
                allowed: self.types.clone(),
            });
        }
        let limit = if declared.is_text() {
            self.text
        } else {
            self.attachment
        };
        if content.len() > limit {
            return Err(Unfit::TooLarge {
                declared,
                bytes: content.len(),
                limit,
            });
        }
        if !declared.describes(content) {
            let found = MediaType::of(content);
            return Err(Unfit::NotAsDeclared { declared, found });
        }
        Ok(())
    }
}

/// Why content isn't taken. The fields say what would be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unfit {
    /// No such kind is known.
    UnknownType {
        /// As it was named.
        declared: String,
    },
    /// The kind isn't taken here.
    NotAllowed {
        /// As it was declared.
        declared: MediaType,
        /// What is taken.
        allowed: BTreeSet<MediaType>,
    },
    /// There is too much of it.
    TooLarge {
        /// As it was declared.
        declared: MediaType,
        /// How many bytes it has.
        bytes: usize,
        /// How many it may have.
        limit: usize,
    },
    /// It isn't what it is declared as.
    NotAsDeclared {
        /// As it was declared.
        declared: MediaType,
        /// What it looks like.
        found: Option<MediaType>,
    },
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownType { declared } => {
                write!(
                    f,
                    "{declared:?} is no known kind of content: {}",
                    list(&MediaType::ALL)
                )
            }
            Self::NotAllowed { declared, allowed } => {
                write!(f, "{declared} isn't taken here: {}", list(allowed))
            }
            Self::TooLarge {
                declared,
                bytes,
                limit,
            } => {
                write!(
                    f,
                    "{declared} of {bytes} bytes is too large: at most {limit} are taken"
                )
            }
            Self::NotAsDeclared {
                declared,
                found: Some(found),
            } => {
                write!(f, "the content isn't {declared}, it looks like {found}")
            }
            Self::NotAsDeclared {
                declared,
                found: None,
            } => write!(
                f,
                "the content isn't {declared}, or holds macros: save it in that form again"
            ),
        }
    }
}

impl std::error::Error for Unfit {}

fn list<'k>(kinds: impl IntoIterator<Item = &'k MediaType>) -> String {
    let names: Vec<&str> = kinds.into_iter().map(|kind| kind.name()).collect();
    format!("take one of {}", names.join(", "))
}

/// Whether it is a ZIP archive with such a file in it, and without macros.
fn holds(content: &[u8], file: &[u8]) -> bool {
    zip_names(content).is_some_and(|names| {
        names.contains(&file) && !names.iter().any(|name| name.ends_with(b"vbaProject.bin"))
    })
}

/// The names in the central directory of a ZIP archive (PKWARE APPNOTE 6.3.10, sections 4.3.12 and 4.3.16).
fn zip_names(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    const END: usize = 22;
    const LONGEST_COMMENT: usize = 0xffff;

    if !bytes.starts_with(b"PK\x03\x04") {
        return None;
    }
    let tail = bytes.len().saturating_sub(END + LONGEST_COMMENT);
    let found = bytes
        .get(tail..)?
        .windows(4)
        .rposition(|window| window == b"PK\x05\x06")?;
    let end = bytes.get(tail + found..)?;
    let mut rest = bytes.get(number(end, 16, 4)?..)?;
    let mut names = Vec::new();
    while rest.starts_with(b"PK\x01\x02") {
        let (name, extra, comment) = (
            number(rest, 28, 2)?,
            number(rest, 30, 2)?,
            number(rest, 32, 2)?,
        );
        names.push(rest.get(46..46 + name)?);
        rest = rest.get(46 + name + extra + comment..)?;
    }
    Some(names)
}

/// A little-endian number of a few bytes.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<usize> {
    let bytes = bytes.get(at..at + length)?;
    Some(
        bytes
            .iter()
            .rev()
            .fold(0, |number, &byte| number << 8 | usize::from(byte)),
    )
}
