//! One cell of a figure: a plain finite number, or a spelling of "missing" or "not applicable". Nothing is guessed.

use super::{MISSING, NOT_APPLICABLE};
use crate::diagnostic::Place;
use crate::findings::shown;
use crate::model::{FigureFormat, Range};
use crate::{Diagnostic, Say, say};

/// The spellings of a campaign.
#[derive(Debug)]
pub(super) struct Spellings {
    missing: Vec<String>,
    not_applicable: Vec<String>,
    /// Whether one of them could be taken for a number, such as -99.
    like_numbers: bool,
}

/// Why a cell holds no figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// It is no number.
    NotANumber,
    /// It is infinite, or NaN.
    NotFinite,
}

/// A cell as read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parsed {
    /// The figure's cell.
    pub cell: f64,
    /// Whether spaces around it were ignored.
    pub spaces: bool,
}

impl Spellings {
    pub(super) fn of(format: &FigureFormat) -> Self {
        let (missing, not_applicable) = (format.missing.clone(), format.not_applicable.clone());
        let like_numbers = missing
            .iter()
            .chain(&not_applicable)
            .any(|word| word.parse::<f64>().is_ok());
        Self {
            missing,
            not_applicable,
            like_numbers,
        }
    }

    /// What a cell says. The commonest case, a plain number, is tried first.
    #[inline]
    pub(super) fn parse(&self, text: &str) -> Result<Parsed, Flaw> {
        if text.is_empty() {
            return Ok(Parsed {
                cell: MISSING,
                spaces: false,
            });
        }
        if !self.like_numbers
            && let Ok(value) = text.parse::<f64>()
            && value.is_finite()
        {
            return Ok(Parsed {
                cell: unsigned_zero(value),
                spaces: false,
            });
        }
        self.parse_word(text)
    }

    fn parse_word(&self, text: &str) -> Result<Parsed, Flaw> {
        let trimmed = text.trim();
        let spaces = trimmed.len() != text.len() && !trimmed.is_empty();
        let is = |words: &[String]| words.iter().any(|word| word == trimmed);
        if trimmed.is_empty() || is(&self.missing) {
            return Ok(Parsed {
                cell: MISSING,
                spaces,
            });
        }
        if is(&self.not_applicable) {
            return Ok(Parsed {
                cell: NOT_APPLICABLE,
                spaces,
            });
        }
        match trimmed.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(Parsed {
                cell: unsigned_zero(value),
                spaces,
            }),
            Ok(_) => Err(Flaw::NotFinite),
            Err(_) => Err(Flaw::NotANumber),
        }
    }

    /// What is wrong with a cell that [`Self::parse`] refused, and what to do.
    pub(super) fn explain(&self, flaw: Flaw, place: Place, column: &str, text: &str) -> Diagnostic {
        let (column, value) = (shown(column), shown(text));
        match flaw {
            Flaw::NotFinite => {
                let problem = say!(
                    "“{column}”的值“{value}”不是有限的数",
                    "the value “{value}” of “{column}” is not a finite number"
                );
                Diagnostic::error("not-finite", place, problem).remedy(self.how_to_write())
            }
            Flaw::NotANumber if text.trim().starts_with('#') => {
                let problem = say!(
                    "“{column}”的值是公式错误 {value}",
                    "the value of “{column}” is the formula error {value}"
                );
                Diagnostic::error("formula-error", place, problem).remedy(self.how_to_write())
            }
            Flaw::NotANumber => {
                let problem = say!(
                    "“{column}”的值“{value}”不是数",
                    "the value “{value}” of “{column}” is not a number"
                );
                let remedy = spelling_remedy(text.trim()).unwrap_or_else(|| self.how_to_write());
                Diagnostic::error("not-a-number", place, problem).remedy(remedy)
            }
        }
    }

    fn how_to_write(&self) -> Say {
        let missing = self.missing.first().map(|word| shown(word));
        let not_applicable = self.not_applicable.first().map(|word| shown(word));
        let or = |word: Option<String>, zh: &str, en: &str| {
            word.map_or_else(
                || say!("", ""),
                |word| say!("{zh}“{word}”", "{en} “{word}”"),
            )
        };
        let (missing, not_applicable) = (
            or(missing, "或写", " or write"),
            or(not_applicable, ";不适用的写", "; write"),
        );
        let tail = if not_applicable.en.is_empty() {
            ""
        } else {
            " where it does not apply"
        };
        let (zh, en) = (
            missing.zh + &not_applicable.zh,
            missing.en + &not_applicable.en,
        );
        say!(
            "写成 12.5 这样的数;缺数的留空{zh}",
            "write a number such as 12.5; leave it empty where the figure is missing{en}{tail}"
        )
    }
}

/// Negative zero is zero: figures are compared bit by bit.
fn unsigned_zero(value: f64) -> f64 {
    value + 0.0
}

/// What to write instead of a number in a spelling people use and programs misread.
fn spelling_remedy(text: &str) -> Option<Say> {
    let half = half_width(text);
    if half != text && spelling_of(&half).is_some() {
        return Some(say!(
            "数字和符号改为半角:{half}",
            "write it in half-width characters: {half}"
        ));
    }
    spelling_of(text).flatten()
}

/// Whether `text` is a number in some spelling: `Some(None)` where it is plain, else with what to write.
fn spelling_of(text: &str) -> Option<Option<Say>> {
    let is_number = |text: &str| text.parse::<f64>().is_ok();
    if is_number(text) {
        return Some(None);
    }
    if let Some(percent) = text.strip_suffix(['%', '‰'])
        && spelling_of(percent.trim_end()).is_some()
    {
        let number = percent.trim_end();
        return Some(Some(say!(
            "去掉百分号,按度量的单位写成 {number} 或换算成小数",
            "leave the sign out: write {number}, or the fraction, as the measure's unit asks"
        )));
    }
    if is_date(text) {
        return Some(Some(say!(
            "这是日期,不是数;把这一列设为数值格式再填",
            "this is a date, not a number; format the column as numbers and fill it again"
        )));
    }
    let joined: String = text
        .chars()
        .filter(|c| !matches!(c, ',' | ' ' | '\u{a0}' | '\u{202f}' | '\''))
        .collect();
    if joined.len() != text.len() && is_number(&joined) {
        return Some(Some(match text.split_once(',') {
            Some((whole, part)) if !has_thousands(text) && !part.contains(',') => {
                say!(
                    "小数点用点号:{whole}.{part}",
                    "write the decimal point as a dot: {whole}.{part}"
                )
            }
            _ => say!(
                "不要千位分隔符:{joined}",
                "leave thousands separators out: {joined}"
            ),
        }));
    }
    None
}

/// Whether the commas of a number stand where thousands are parted.
fn has_thousands(text: &str) -> bool {
    let whole = text.split('.').next().unwrap_or_default();
    let mut groups = whole.split(',');
    let first = groups
        .next()
        .unwrap_or_default()
        .trim_start_matches(['-', '+']);
    (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3)
}

fn is_date(text: &str) -> bool {
    let day = text.split([' ', 'T']).next().unwrap_or_default();
    let parts: Vec<&str> = day.split(['-', '/']).collect();
    let digits = |part: &&str, lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    matches!(parts.as_slice(), [year, month, day] if digits(year, 4..=4) && digits(month, 1..=2) && digits(day, 1..=2))
}

fn half_width(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => u32::from(c)
            .checked_sub(0xfee0)
            .and_then(char::from_u32)
            .unwrap_or(c),
        '。' => '.',
        '\u{3000}' => ' ',
        _ => c,
    };
    text.chars().map(narrow).collect()
}

/// The figures a measure allows, ends included.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub min: f64,
    pub max: f64,
    pub whole: bool,
}

impl Limits {
    /// Nothing below zero: for numbers of cases and standard errors.
    pub(super) const NOT_NEGATIVE: Self = Self {
        min: 0.0,
        max: f64::INFINITY,
        whole: false,
    };

    pub(super) fn of(range: Range) -> Self {
        let (min, max) = (
            range.min.unwrap_or(f64::NEG_INFINITY),
            range.max.unwrap_or(f64::INFINITY),
        );
        Self {
            min,
            max,
            whole: range.whole,
        }
    }

    /// Whether a figure is refused; what is missing or does not apply never is.
    #[inline]
    pub(super) fn refuses(self, value: f64) -> bool {
        value < self.min
            || value > self.max
            || (self.whole && !value.is_nan() && value.fract() != 0.0)
    }

    /// Why a figure was refused, and what to do.
    pub(super) fn explain(self, value: f64, place: Place, column: &str) -> Diagnostic {
        let column = shown(column);
        if value < self.min || value > self.max {
            let range = self.say();
            let (zh, en) = (range.zh, range.en);
            let problem = say!(
                "“{column}”的值 {value} 超出范围:{zh}",
                "the value {value} of “{column}” is out of range: {en}"
            );
            let remedy = say!(
                "核对这个数和它的单位(如 95 与 0.95);范围写错的,改 measures.toml",
                "check the figure and its unit (95 or 0.95, say); if the range is wrong, mend measures.toml"
            );
            return Diagnostic::error("out-of-range", place, problem).remedy(remedy);
        }
        let problem = say!(
            "“{column}”的值 {value} 不是整数",
            "the value {value} of “{column}” is not a whole number"
        );
        Diagnostic::error("not-whole", place, problem)
            .remedy(say!("写成整数", "write a whole number"))
    }

    fn say(self) -> Say {
        let Self { min, max, .. } = self;
        match (min.is_finite(), max.is_finite()) {
            (true, true) => say!("{min} 到 {max}", "{min} to {max}"),
            (true, false) => say!("不小于 {min}", "{min} or more"),
            _ => say!("不大于 {max}", "{max} or less"),
        }
    }
}
