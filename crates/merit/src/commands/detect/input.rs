//! The columns of a table as the detectors take them.

use campaign::Date;
use rulebook::{Say, say};

use crate::args::detect::Detect;
use crate::failure::Failure;
use crate::table_input::{File, Table, numbered};

/// Names by number, in the order they first appear, and the number of each row's.
#[derive(Debug, Default)]
pub struct Labels {
    pub names: Vec<String>,
    pub of: Vec<usize>,
}

impl Labels {
    fn new(texts: &[String]) -> Self {
        let (names, of) = numbered(texts);
        Self { names, of }
    }

    pub fn count(&self) -> usize {
        self.names.len()
    }

    /// The rows of one of them.
    pub fn rows(&self, number: usize) -> Vec<usize> {
        (0..self.of.len())
            .filter(|row| self.is(*row, number))
            .collect()
    }

    pub fn is(&self, row: usize, number: usize) -> bool {
        self.of.get(row) == Some(&number)
    }
}

/// A date, with the time of day where it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Days since 1970-01-01.
    pub day: i64,
    /// Months since the year 0.
    pub month: i64,
    /// Seconds since midnight.
    pub second: Option<i64>,
}

/// What the file gives: every column has a value for each row.
pub struct Rows {
    pub file: String,
    /// The row of the file.
    pub lines: Vec<usize>,
    pub unit: Labels,
    pub time: Option<Vec<Moment>>,
    pub due: Option<Vec<Moment>>,
    pub level: Option<Vec<f64>>,
    pub batch: Option<Labels>,
    pub invited: Option<Vec<f64>>,
    pub rater: Option<Labels>,
    pub comment: Option<Vec<String>>,
    pub judge: Option<Labels>,
    pub mark: Option<Vec<f64>>,
    pub won: Option<Vec<f64>>,
    pub figure: Option<Vec<f64>>,
}

/// Ten years: a longer span is a slip of the pen, and costs.
const MOST_DAYS: i64 = 3_660;

/// Reads the columns named.
pub fn read(args: &Detect) -> Result<Rows, Failure> {
    let file = File::read(&args.file)?;
    let table = file.table()?;
    let lines = table.lines();
    if lines.is_empty() {
        let name = table.name();
        return Err(Failure::Refused(Some(say!(
            "{name} 没有一行数据;至少要有一行",
            "{name} has no row; at least one is needed"
        ))));
    }
    let reader = Reader {
        table: &table,
        lines: &lines,
    };
    let unit = match reader.labels(args.unit.as_deref(), "--unit")? {
        Some(labels) => labels,
        None => Labels::new(&vec![String::new(); lines.len()]),
    };
    let whole =
        |least: f64| move |value: f64| (value < least || value.fract() != 0.0).then(not_whole);
    let any = |_: f64| None;
    let figure = if args.step.is_some() {
        reader.numbers(args.figure.as_deref(), "--figure", whole(-9e15))?
    } else {
        reader.numbers(args.figure.as_deref(), "--figure", any)?
    };
    Ok(Rows {
        file: table.name().to_owned(),
        time: reader.moments(args.time.as_deref(), "--time")?,
        due: reader.moments(args.due.as_deref(), "--due")?,
        level: reader.numbers(args.level.as_deref(), "--level", any)?,
        batch: reader.labels(args.batch.as_deref(), "--batch")?,
        invited: reader.numbers(args.invited.as_deref(), "--invited", whole(1.0))?,
        rater: reader.labels(args.rater.as_deref(), "--rater")?,
        comment: reader.texts(args.comment.as_deref(), "--comment")?,
        judge: reader.labels(args.judge.as_deref(), "--judge")?,
        mark: reader.numbers(args.mark.as_deref(), "--mark", any)?,
        won: reader.numbers(args.won.as_deref(), "--won", yes_or_no)?,
        figure,
        unit,
        lines,
    })
}

struct Reader<'t> {
    table: &'t Table<'t>,
    lines: &'t [usize],
}

impl Reader<'_> {
    fn texts(&self, name: Option<&str>, option: &str) -> Result<Option<Vec<String>>, Failure> {
        let Some(name) = name else { return Ok(None) };
        let column = self.table.column(name, option)?;
        Ok(self.table.texts(&[column]).pop())
    }

    fn numbers(
        &self,
        name: Option<&str>,
        option: &str,
        fault: impl Fn(f64) -> Option<(Say, Say)>,
    ) -> Result<Option<Vec<f64>>, Failure> {
        let Some(name) = name else { return Ok(None) };
        let column = self.table.column(name, option)?;
        self.table.numbers(column, fault).map(Some)
    }

    fn labels(&self, name: Option<&str>, option: &str) -> Result<Option<Labels>, Failure> {
        let texts = self.texts(name, option)?;
        let empty = texts.iter().flatten().position(String::is_empty);
        if let (Some(row), Some(column)) = (empty, name) {
            return Err(self.wrong(
                row,
                column,
                &say!(
                    "格子是空的;写上,或删去这一行",
                    "the cell is empty; fill it, or delete the row"
                ),
            ));
        }
        Ok(texts.as_deref().map(Labels::new))
    }

    fn moments(&self, name: Option<&str>, option: &str) -> Result<Option<Vec<Moment>>, Failure> {
        let (Some(column), Some(texts)) = (name, self.texts(name, option)?) else {
            return Ok(None);
        };
        let mut moments: Vec<Moment> = Vec::with_capacity(texts.len());
        for (row, text) in texts.iter().enumerate() {
            let Some(moment) = moment(text) else {
                return Err(self.wrong(
                    row,
                    column,
                    &say!(
                        "“{text}”不是日期;写成 2026-03-01、2026-03-01 14:05 或 2026-03",
                        "“{text}” is no date; write 2026-03-01, 2026-03-01 14:05 or 2026-03"
                    ),
                ));
            };
            if moments
                .first()
                .is_some_and(|first| (moment.day - first.day).abs() > MOST_DAYS)
            {
                return Err(self.wrong(row, column, &say!(
                    "“{text}”离第一行的日期十年以上;改正日期,或分年检查",
                    "“{text}” is more than ten years from the first row's date; mend it, or look at the years one by one"
                )));
            }
            moments.push(moment);
        }
        Ok(Some(moments))
    }

    fn wrong(&self, row: usize, column: &str, what: &Say) -> Failure {
        let (file, line) = (self.table.name(), self.lines.get(row).copied().unwrap_or(0));
        let (zh, en) = (&what.zh, &what.en);
        Failure::Refused(Some(say!(
            "{file} 第 {line} 行“{column}”列:{zh}",
            "{file}, row {line}, column “{column}”: {en}"
        )))
    }
}

fn not_whole() -> (Say, Say) {
    (
        say!("要整数", "a whole number is needed"),
        say!(
            "改成整数,或不用这一项",
            "write a whole number, or leave the option out"
        ),
    )
}

fn yes_or_no(value: f64) -> Option<(Say, Say)> {
    (value != 0.0 && value != 1.0).then(|| {
        (
            say!("“{value}”不是 1 或 0", "“{value}” is neither 1 nor 0"),
            say!("当选写 1,没有写 0", "write 1 for a winner, else 0"),
        )
    })
}

/// `2026-03-01`, with ` 14:05` or `T14:05:00` after it, or `2026-03`.
fn moment(text: &str) -> Option<Moment> {
    let (date, clock) = match text.split_once([' ', 'T']) {
        Some((date, clock)) => (date, Some(clock)),
        None => (text, None),
    };
    let numbers = |text: &str, by: char| -> Option<Vec<i64>> {
        let plain = |part: &str| {
            !part.is_empty() && part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit())
        };
        text.split(by)
            .map(|part| plain(part).then(|| part.parse().ok())?)
            .collect()
    };
    let (year, month, day) = match numbers(date, '-')?.as_slice() {
        [year, month] if clock.is_none() => (*year, *month, 1),
        [year, month, day] => (*year, *month, *day),
        _ => return None,
    };
    if date.find('-') != Some(4) {
        return None;
    }
    let (month_of_year, day) = (u8::try_from(month).ok()?, u8::try_from(day).ok()?);
    let day = Date::of(u16::try_from(year).ok()?, month_of_year, day)?;
    let second = match clock {
        None => None,
        Some(clock) => Some(seconds(&numbers(clock, ':')?)?),
    };
    Some(Moment {
        day: i64::from(day.0),
        month: year * 12 + month - 1,
        second,
    })
}

fn seconds(clock: &[i64]) -> Option<i64> {
    let (hour, minute, second) = match clock {
        [hour, minute] => (*hour, *minute, 0),
        [hour, minute, second] => (*hour, *minute, *second),
        _ => return None,
    };
    (hour < 24 && minute < 60 && second < 60).then_some(hour * 3_600 + minute * 60 + second)
}

/// A day as it is written.
pub fn written(day: i64) -> String {
    Date(i32::try_from(day).unwrap_or(i32::MAX)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_counted_and_written() {
        for text in ["1970-01-01", "2000-02-29", "2026-03-01", "2025-12-31"] {
            assert_eq!(written(moment(text).unwrap().day), text);
        }
        assert_eq!(moment("1970-01-02").unwrap().day, 1);
        assert_eq!(moment("2026-03").unwrap().month, 2026 * 12 + 2);
        assert_eq!(moment("2026-03-01T14:05:09").unwrap().second, Some(50_709));
        for text in [
            "",
            "2026",
            "2025-02-29",
            "26-03-01",
            "2026-13-01",
            "2026-03-01 25:00",
            "2026-03 10:00",
            "1.3.2026",
        ] {
            assert_eq!(moment(text), None, "{text}");
        }
    }
}
