//! The TOML parser's errors in the words of those who write the files.

use std::ops::Range;

use toml::de::Error;

use super::codes;
use crate::diagnostic::{Diagnostic, Place, Say, Spot};
use crate::say;

/// A place where the text is no TOML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The bytes that don't fit.
    pub span: Range<usize>,
    /// The code of the finding.
    pub code: &'static str,
    /// What is wrong.
    pub problem: Say,
    /// What to do.
    pub remedy: Say,
}

impl SyntaxError {
    /// What the formatter can't take, though the checker can: whole numbers beyond 64 bits.
    pub(crate) fn unsupported(error: &toml_edit::TomlError) -> Self {
        let what = error.message();
        Self {
            span: error.span().unwrap_or(0..0),
            code: codes::SYNTAX,
            problem: say!("无法排版这一处({what})", "this can't be formatted ({what})"),
            remedy: say!("改写这一处的值。", "Write this value differently."),
        }
    }

    /// The finding in a file.
    #[must_use]
    pub fn diagnostic(self, file: &str) -> Diagnostic {
        let place = Place {
            file: file.to_owned(),
            spot: Spot::Bytes(self.span),
        };
        Diagnostic::error(self.code, place, self.problem).remedy(self.remedy)
    }
}

/// A line that keeps the parser from reading what follows.
pub(crate) struct BadLine {
    /// The line's bytes, without its end.
    pub span: Range<usize>,
    /// What is wrong in that line.
    pub errors: Vec<SyntaxError>,
    /// What stands in for it; as long as the line, so that all places stay the same.
    pub filler: String,
}

/// The line to set aside before reading again; `None` where that wouldn't help.
pub(crate) fn bad_line(errors: &[Error], text: &str) -> Option<BadLine> {
    open_header(errors, text)
        .or_else(|| open_line(errors, text))
        .or_else(|| closed_line(errors, text))
}

/// The first header that isn't closed: another stands in, which takes the keys below.
fn open_header(errors: &[Error], text: &str) -> Option<BadLine> {
    let unclosed = |error: &&Error| {
        error.message().starts_with("unclosed table")
            || error.message().starts_with("unclosed array table")
    };
    let start = errors
        .iter()
        .filter(unclosed)
        .filter_map(|error| Some(error.span()?.start))
        .min()?;
    let mut line = BadLine::at(text, start, errors);
    if let Some(name) = line.span.len().checked_sub(4).filter(|length| *length > 0) {
        line.filler = format!("[[{}]]", "_".repeat(name));
    }
    (!line.span.is_empty()).then_some(line)
}

/// The first line with an open brace that swallows the lines below it.
fn open_line(errors: &[Error], text: &str) -> Option<BadLine> {
    let is = |error: &Error, what: &str| error.message().starts_with(what);
    errors
        .iter()
        .find(|error| is(error, "unclosed inline table"))?;
    let swallowed = |error: &Error| {
        let start = error.span()?.start.min(text.len());
        let above = text.get(..start)?.trim_end();
        let broken = text
            .get(above.len()..)?
            .trim_start_matches([' ', '\t', '\r']);
        (is(error, "missing comma between key-value pairs") && broken.starts_with('\n'))
            .then_some(above.len())
    };
    let end = errors.iter().filter_map(swallowed).min()?;
    let mut line = BadLine::at(text, end, errors);
    if line.errors.is_empty() {
        let (problem, remedy) = brackets("unclosed inline table")?;
        line.errors.push(SyntaxError {
            span: end..end,
            code: codes::SYNTAX,
            problem,
            remedy,
        });
    }
    Some(line)
}

/// The first line with an error whose brackets are paired and which is no header, so that nothing else hangs on it.
fn closed_line(errors: &[Error], text: &str) -> Option<BadLine> {
    let mut starts: Vec<usize> = errors
        .iter()
        .filter_map(|error| Some(error.span()?.start))
        .collect();
    starts.sort_unstable();
    let lines = starts
        .into_iter()
        .map(|start| BadLine::at(text, start, errors));
    let mut lines = lines.filter(|line| {
        let line = text.get(line.span.clone()).unwrap_or_default().trim_start();
        let count = |brackets: [char; 2]| line.matches(brackets).count();
        let several_lines = line.contains("\"\"\"") || line.contains("'''");
        !line.is_empty()
            && !line.starts_with(['[', '#'])
            && !several_lines
            && count(['[', '{']) == count([']', '}'])
    });
    lines.next()
}

impl BadLine {
    fn at(text: &str, offset: usize, errors: &[Error]) -> Self {
        let offset = offset.min(text.len());
        let start = text
            .get(..offset)
            .and_then(|above| above.rfind('\n'))
            .map_or(0, |at| at + 1);
        let end = text
            .get(start..)
            .and_then(|below| below.find('\n'))
            .map_or(text.len(), |at| start + at);
        let mut errors = translated(errors, text);
        errors.retain(|error| (start..=end).contains(&error.span.start));
        Self {
            span: start..end,
            errors,
            filler: "#".repeat(end - start),
        }
    }
}

/// The parser's errors, each once, in order of place.
pub(crate) fn translated(errors: &[Error], text: &str) -> Vec<SyntaxError> {
    let mut all: Vec<SyntaxError> = errors.iter().map(|error| translate(error, text)).collect();
    all.sort_by_key(|error| (error.span.start, error.span.end));
    all.dedup();
    all
}

fn translate(error: &Error, text: &str) -> SyntaxError {
    let span = error.span().map_or(text.len()..text.len(), |span| {
        span.start.min(text.len())..span.end.min(text.len())
    });
    let (what, expected) = error
        .message()
        .split_once(", expected ")
        .unwrap_or((error.message(), ""));
    let code = if what == "duplicate key" {
        codes::DUPLICATE_KEY
    } else {
        codes::SYNTAX
    };
    let found = text.get(span.clone()).unwrap_or_default();
    let (problem, remedy) = words(what, found, text.get(span.start..).unwrap_or_default())
        .unwrap_or_else(|| other(what, expected));
    SyntaxError {
        span,
        code,
        problem,
        remedy,
    }
}

fn words(what: &str, found: &str, rest: &str) -> Option<(Say, Say)> {
    Some(match what {
        "duplicate key" => (
            say!("键 {found} 写了两次", "the key {found} is written twice"),
            say!(
                "只留一处;数组的每一项用 [[{found}]] 开头。",
                "Keep one; each item of a list starts with [[{found}]]."
            ),
        ),
        "string values must be quoted" | "invalid boolean" if !found.is_empty() => (
            say!("文字 {found} 没有加引号", "the text {found} has no quotes"),
            say!("写作 \"{found}\"。", "Write \"{found}\"."),
        ),
        "invalid date" | "invalid date-time" | "invalid time" => (
            say!(
                "日期 {found} 的写法不对",
                "the date {found} isn't written right"
            ),
            say!(
                "期和日期都加引号,如 \"2026-01\"。",
                "Put periods and dates in quotes, such as \"2026-01\"."
            ),
        ),
        "string values must be quoted"
        | "missing value for key"
        | "missing value"
        | "invalid value" => (
            say!(
                "等号后面没有可读的值",
                "there is no value that can be read here"
            ),
            say!(
                "写一个值:文字加引号,数不加引号。",
                "Write a value: text in quotes, numbers without."
            ),
        ),
        _ if rest.starts_with(',') && what.contains("key") && !what.contains("comma") => (
            say!("值的后面多了逗号", "there is a comma behind the value"),
            say!(
                "数里不写千分号;列表要放进方括号。",
                "Write numbers without separators of thousands; put lists in brackets."
            ),
        ),
        _ => {
            return brackets(what)
                .or_else(|| strings(what))
                .or_else(|| keys(what, found))
                .or_else(|| numbers(what));
        }
    })
}

fn brackets(what: &str) -> Option<(Say, Say)> {
    Some(match what {
        "unclosed array" => (
            say!("方括号没有闭合", "this list isn't closed"),
            say!("补上 ]。", "Add `]`."),
        ),
        "unclosed inline table" => (
            say!("花括号没有闭合", "this table isn't closed"),
            say!("补上 }}。", "Add `}}`."),
        ),
        "unclosed table" => (
            say!("表头没有闭合", "this table's header isn't closed"),
            say!("补上 ]。", "Add `]`."),
        ),
        "unclosed array table" => (
            say!("表头没有闭合", "this table's header isn't closed"),
            say!("补上 ]]。", "Add `]]`."),
        ),
        "missing comma between array elements" | "missing comma between key-value pairs" => (
            say!("两项之间缺少逗号", "a comma is missing between two items"),
            say!("补上英文逗号 , 。", "Add a comma."),
        ),
        "extra comma in array" | "extra comma in inline table" => (
            say!("多了一个逗号", "there is a comma too many"),
            say!("删去这个逗号。", "Remove this comma."),
        ),
        "missing array opening" | "missing inline table opening" | "missing table open" => (
            say!("括号没有开头", "this bracket was never opened"),
            say!(
                "补上左括号,或删去这个右括号。",
                "Open the bracket, or remove this one."
            ),
        ),
        _ => return None,
    })
}

fn strings(what: &str) -> Option<(Say, Say)> {
    Some(match what {
        "invalid basic string" | "invalid literal string" | "missing opening quote" => (
            say!("引号没有成对", "the quotes aren't paired"),
            say!(
                "在文字两端各写一个英文双引号 \"。",
                "Write a quote \" at both ends of the text."
            ),
        ),
        "invalid multi-line basic string" | "invalid multi-line literal string" => (
            say!("多行文字没有结束", "this text of several lines doesn't end"),
            say!("在末尾写 \"\"\"(或 ''')。", "End it with \"\"\" (or ''')."),
        ),
        "missing escaped value" | "too few unicode value digits" | "invalid escape sequence" => (
            say!(
                "反斜杠后面的写法不对",
                "what follows the backslash isn't understood"
            ),
            say!(
                "反斜杠本身写作 \\\\,或把文字放在单引号里。",
                "Write a backslash as \\\\, or put the text in single quotes."
            ),
        ),
        "carriage return must be followed by newline" => (
            say!(
                "行尾只有回车没有换行",
                "a carriage return without a newline"
            ),
            say!("把行尾改为 LF 或 CRLF。", "End lines with LF or CRLF."),
        ),
        "invalid comment character" => (
            say!(
                "注释里有不可见的控制字符",
                "the comment holds a control character"
            ),
            say!("删去这个字符。", "Remove it."),
        ),
        _ => return None,
    })
}

fn keys(what: &str, found: &str) -> Option<(Say, Say)> {
    Some(match what {
        "unquoted keys cannot be empty" => (
            say!("等号前面没有键", "there is no key before the equals sign"),
            say!("写作 键 = 值。", "Write key = value."),
        ),
        "invalid unquoted key" => (
            say!(
                "这里的键 {found} 不合写法",
                "{found} can't be a key as it stands"
            ),
            say!(
                "键只用字母、数字、下划线和连字符。",
                "A key has letters, digits, underscores and hyphens only."
            ),
        ),
        "key with no value"
        | "missing assignment between key-value pairs"
        | "invalid key-value pair"
        | "unexpected key or value" => (
            say!("这一行不是“键 = 值”", "this isn't `key = value`"),
            say!(
                "写作 键 = 值;说明文字以 # 开头。",
                "Write key = value; start remarks with #."
            ),
        ),
        "missing key for inline table element" | "invalid inline table element" => (
            say!(
                "花括号里的这一项没有键",
                "this item of the table has no key"
            ),
            say!("写作 {{ 键 = 值 }}。", "Write {{ key = value }}."),
        ),
        "extra `=`" | "extra assignment between key-value pairs" | "unexpected `=` in array" => (
            say!("多了一个等号", "there is an equals sign too many"),
            say!("删去它。", "Remove it."),
        ),
        _ if what.starts_with("cannot extend value of type") => (
            say!(
                "{found} 已经写成了值,不能再当表用",
                "{found} already has a value and can't be a table too"
            ),
            say!("两种写法只留一种。", "Keep one of the two."),
        ),
        _ => return None,
    })
}

fn numbers(what: &str) -> Option<(Say, Say)> {
    let number = [
        " sign", "radix", "zero", "`_`", "number", "integer", "float",
    ]
    .iter()
    .any(|word| what.contains(word));
    number.then(|| {
        (
            say!("这个数的写法不对", "this number isn't written right"),
            say!(
                "写作 12、-3 或 0.95,不加千分号。",
                "Write 12, -3 or 0.95, without separators of thousands."
            ),
        )
    })
}

fn other(what: &str, expected: &str) -> (Say, Say) {
    let remedy = if expected.is_empty() {
        say!(
            "对照语法参考改正这一处。",
            "Compare this place with the language reference."
        )
    } else {
        say!("此处应为:{expected}。", "Expected here: {expected}.")
    };
    (
        say!("不合 TOML 写法({what})", "this isn't TOML ({what})"),
        remedy,
    )
}
