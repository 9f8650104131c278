//! Runs the detectors that the named columns allow, and turns positions into rows of the file.

use std::collections::BTreeMap;

use inference::Invalid;
use inference::gaming::{self, Answer, Detector, Draws, Evidence, Place};
use rulebook::{Say, say};

use super::input::{Labels, Moment, Rows, written};
use crate::args::detect::Detect;
use crate::failure::Failure;
use crate::output::reasons::short;

/// Whom a test is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    Table,
    Unit(usize),
    Judge(usize),
    Rater(usize),
}

/// One thing to look at: in words, the rows of the file, and its figures.
#[derive(Debug)]
pub struct Look {
    pub what: Say,
    pub lines: Vec<usize>,
    pub evidence: Evidence,
}

/// A test that was asked for.
#[derive(Debug)]
pub struct Test {
    pub subject: Subject,
    pub detector: Detector,
    pub answer: Answer,
    pub looks: Vec<Look>,
}

/// What the detectors are run on.
pub struct Run<'r> {
    pub args: &'r Detect,
    pub rows: &'r Rows,
    /// The most draws of a test.
    pub draws: usize,
}

/// The most draws where none are named.
const MOST: usize = 1_000_000;
/// Graphs are dear: so many are drawn at most.
const GRAPHS: usize = 400;
/// How alike near-identical comments are.
const ALIKE: f64 = 0.7;
/// The share of the top level that counts as a ceiling.
const CEILING: f64 = 0.98;
/// The longest burst, in days.
const WEEK: usize = 7;

impl<'r> Run<'r> {
    /// With as many draws as are asked for, or as the number of tests needs: the smallest p must be flagged over all of them.
    pub fn new(args: &'r Detect, rows: &'r Rows) -> Self {
        let people = |labels: &Option<Labels>| labels.as_ref().map_or(0, Labels::count);
        let tests = 8 * rows.unit.count() + people(&rows.judge) + people(&rows.rater);
        // Four times as many: two detectors double their p, and p at the very bound would be luck.
        let enough = (4.0 * tests as f64 / args.rate).ceil().min(MOST as f64) as usize;
        let draws = args.draws.map_or(enough.max(999), |draws| draws as usize);
        Self { args, rows, draws }
    }

    /// Every test that the columns allow.
    pub fn all(&self) -> Result<Vec<Test>, Failure> {
        let mut tests = Vec::new();
        self.bursts(&mut tests)?;
        self.hours(&mut tests)?;
        self.levels(&mut tests)?;
        self.batches(&mut tests)?;
        self.comments(&mut tests)?;
        self.rings(&mut tests)?;
        self.judges(&mut tests)?;
        self.last_days(&mut tests)?;
        self.titles(&mut tests)?;
        self.figures(&mut tests)?;
        Ok(tests)
    }

    /// A stream for each detector and unit, with room for a detector that takes one for each judge.
    fn drawn(&self, detector: Detector, unit: usize) -> Draws {
        Draws {
            draws: self.draws,
            seed: self.args.seed,
            stream: ((detector as u64 + 1) << 40) + ((unit as u64) << 8),
        }
    }

    fn test(
        &self,
        subject: Subject,
        detector: Detector,
        answer: Answer,
        tell: impl Fn(&Evidence) -> (Say, Vec<usize>),
    ) -> Test {
        let look = |evidence: &Evidence| {
            let (what, rows) = tell(evidence);
            Look {
                what,
                lines: rows
                    .iter()
                    .filter_map(|row| self.rows.lines.get(*row).copied())
                    .collect(),
                evidence: evidence.clone(),
            }
        };
        let evidence = answer
            .finding()
            .map_or(&[][..], |finding| &finding.evidence);
        let looks = evidence.iter().map(look).collect();
        Test {
            subject,
            detector,
            answer,
            looks,
        }
    }

    fn units(&self) -> std::ops::Range<usize> {
        0..self.rows.unit.count()
    }

    /// The rows of a unit for which something holds.
    fn of(&self, unit: usize, holds: impl Fn(usize) -> bool) -> Vec<usize> {
        let mut rows = self.rows.unit.rows(unit);
        rows.retain(|row| holds(*row));
        rows
    }

    /// For each unit, its rows in each bin.
    fn binned(&self, bins: usize, bin: impl Fn(usize) -> Option<usize>) -> Vec<Vec<u64>> {
        let mut counts = vec![vec![0; bins]; self.rows.unit.count()];
        for (row, unit) in self.rows.unit.of.iter().enumerate() {
            if let Some(cell) = bin(row).and_then(|bin| counts.get_mut(*unit)?.get_mut(bin)) {
                *cell += 1;
            }
        }
        counts
    }

    /// Times of ratings: where rows are entries with a due date, or titles, their times follow from the calendar.
    fn rated_at(&self) -> Option<&[Moment]> {
        let rated = self.args.unit.is_some() && self.args.due.is_none() && self.args.won.is_none();
        self.rows.time.as_deref().filter(|_| rated)
    }

    fn bursts(&self, tests: &mut Vec<Test>) -> Result<(), Failure> {
        let Some(times) = self.rated_at() else {
            return Ok(());
        };
        let (first, bins) = span(times);
        let day = |row: usize| times.get(row).map(|time| (time.day - first) as usize);
        let counts = self.binned(bins, day);
        let pool = pooled(&counts);
        for (unit, own) in counts.iter().enumerate() {
            let answer = burst(
                own,
                &pool,
                spread(&counts, unit)?,
                &self.drawn(Detector::Burst, unit),
            )?;
            tests.push(
                self.test(Subject::Unit(unit), Detector::Burst, answer, |found| {
                    let inside = |row| day(row).is_some_and(|day| found.positions.contains(&day));
                    let ((from, to), (n, usual)) = (days(found, first), figures(found));
                    let what = say!(
                        "{from} 至 {to} 有 {n} 条,按各单位合计应有 {usual} 条",
                        "{n} rows from {from} to {to}; all units' days let expect {usual}"
                    );
                    (what, self.of(unit, inside))
                }),
            );
        }
        self.low_bursts(times, tests)
    }

    fn low_bursts(&self, times: &[Moment], tests: &mut Vec<Test>) -> Result<(), Failure> {
        let Some(levels) = &self.rows.level else {
            return Ok(());
        };
        let (first, bins) = span(times);
        let least = levels.iter().copied().fold(f64::INFINITY, f64::min);
        let low = |row: usize| levels.get(row).is_some_and(|level| *level <= least);
        let day = |row: usize| times.get(row).map(|time| (time.day - first) as usize);
        let all = self.binned(bins, day);
        let lows = self.binned(bins, |row| day(row).filter(|_| low(row)));
        for (unit, (own, all)) in lows.iter().zip(&all).enumerate() {
            let answer = burst(own, all, 1.0, &self.drawn(Detector::LowBurst, unit))?;
            tests.push(self.test(Subject::Unit(unit), Detector::LowBurst, answer, |found| {
                let inside = |row| low(row) && day(row).is_some_and(|day| found.positions.contains(&day));
                let ((from, to), (n, usual)) = (days(found, first), figures(found));
                let what = say!(
                    "{from} 至 {to} 有 {n} 条最低一级({least}),按该单位平时应有 {usual} 条",
                    "{n} of the lowest level ({least}) from {from} to {to}; the unit's own share lets expect {usual}"
                );
                (what, self.of(unit, inside))
            }));
        }
        Ok(())
    }

    fn hours(&self, tests: &mut Vec<Test>) -> Result<(), Failure> {
        let Some(times) = self.rated_at() else {
            return Ok(());
        };
        let hour = |row: usize| {
            times
                .get(row)
                .and_then(|time| Some((time.second? / 3_600) as usize))
        };
        let counts = self.binned(24, hour);
        let pool = pooled(&counts);
        for (unit, own) in counts.iter().enumerate() {
            let input = gaming::Floods {
                counts: own,
                pool: &pool,
                dispersion: spread(&counts, unit)?,
            };
            let answer = gaming::floods(&input).map_err(cannot)?;
            tests.push(
                self.test(Subject::Unit(unit), Detector::HourFlood, answer, |found| {
                    let (at, (n, usual)) = (place(found), figures(found));
                    let what = say!(
                        "{at} 点钟的有 {n} 条,按各单位合计应有 {usual} 条",
                        "{n} rows from {at}:00 to {at}:59; all units' hours let expect {usual}"
                    );
                    (what, self.of(unit, |row| hour(row) == Some(at)))
                }),
            );
        }
        Ok(())
    }

    fn levels(&self, tests: &mut Vec<Test>) -> Result<(), Failure> {
        let (Some(levels), Some(best)) = (&self.rows.level, self.args.top) else {
            return Ok(());
        };
        let top = |row: usize| levels.get(row).is_some_and(|level| *level >= best);
        for unit in self.units() {
            let mut order = self.rows.unit.rows(unit);
            if let Some(times) = &self.rows.time {
                order.sort_by_key(|row| times.get(*row).map(|time| (time.day, time.second)));
            }
            let tops: Vec<bool> = order.iter().map(|row| top(*row)).collect();
            let series = gaming::Series {
                top: &tops,
                stratum: &vec![0; tops.len()],
            };
            let draws = self.drawn(Detector::AllTopRun, unit);
            let answer = gaming::all_top_run(&series, &draws).map_err(cannot)?;
            tests.push(
                self.test(Subject::Unit(unit), Detector::AllTopRun, answer, |found| {
                    let (n, usual) = figures(found);
                    let what = say!(
                        "连续 {n} 条最高级,凭机会最长约 {usual} 条",
                        "{n} top levels in a row; by chance the longest is about {usual}"
                    );
                    (
                        what,
                        found
                            .positions
                            .iter()
                            .filter_map(|at| order.get(*at).copied())
                            .collect(),
                    )
                }),
            );
            self.batch_of_tops(unit, &order, &series, tests)?;
        }
        self.ceilings(&top, tests)
    }

    fn batch_of_tops(
        &self,
        unit: usize,
        order: &[usize],
        series: &gaming::Series<'_>,
        tests: &mut Vec<Test>,
    ) -> Result<(), Failure> {
        let Some(batch) = &self.rows.batch else {
            return Ok(());
        };
        let group: Vec<usize> = order
            .iter()
            .filter_map(|row| batch.of.get(*row).copied())
            .collect();
        let draws = self.drawn(Detector::AllTopGroup, unit);
        let answer = gaming::all_top_groups(series, &group, &draws).map_err(cannot)?;
        tests.push(self.test(Subject::Unit(unit), Detector::AllTopGroup, answer, |found| {
            let at = place(found);
            let rows = self.of(unit, |row| batch.is(row, at));
            let (all, number, (n, usual)) = (rows.len(), at + 1, figures(found));
            let what = say!(
                "第 {number} 批的 {all} 条中 {n} 条是最高级,按该单位平时应有 {usual} 条",
                "batch no. {number}: {n} of {all} at the top level; the unit's share lets expect {usual}"
            );
            (what, rows)
        }));
        Ok(())
    }

    fn ceilings(&self, top: &dyn Fn(usize) -> bool, tests: &mut Vec<Test>) -> Result<(), Failure> {
        let Some(times) = self.rated_at() else {
            return Ok(());
        };
        let first = times.iter().map(|time| time.month).min().unwrap_or(0);
        let last = times.iter().map(|time| time.month).max().unwrap_or(0);
        let bins = (last - first) as usize + 1;
        let month = |row: usize| times.get(row).map(|time| (time.month - first) as usize);
        let all = self.binned(bins, month);
        let tops = self.binned(bins, |row| month(row).filter(|_| top(row)));
        for (unit, (top, all)) in tops.iter().zip(&all).enumerate() {
            let input = gaming::Ceiling {
                top,
                all,
                ceiling: CEILING,
            };
            let draws = self.drawn(Detector::SuddenCeiling, unit);
            let answer = gaming::sudden_ceiling(&input, &draws).map_err(cannot)?;
            tests.push(self.test(Subject::Unit(unit), Detector::SuddenCeiling, answer, |found| {
                let since = place(found) as i64 + first;
                let rows = self.of(unit, |row| times.get(row).is_some_and(|time| time.month >= since));
                let (year, month) = (since / 12, since % 12 + 1);
                let (all, (n, usual)) = (rows.len(), figures(found));
                let what = say!(
                    "从 {year}-{month:02} 起 {all} 条中 {n} 条是最高级,按全期的比例应有 {usual} 条",
                    "since {year}-{month:02} {n} of {all} at the top level; one share over all the time lets expect {usual}"
                );
                (what, rows)
            }));
        }
        Ok(())
    }

    fn batches(&self, tests: &mut Vec<Test>) -> Result<(), Failure> {
        let (Some(batch), Some(invited)) = (&self.rows.batch, &self.rows.invited) else {
            return Ok(());
        };
        for unit in self.units() {
            let rows = self.rows.unit.rows(unit);
            // The answers and the invitations of each batch.
            let mut seen: BTreeMap<usize, (u64, u64)> = BTreeMap::new();
            for row in &rows {
                let (Some(number), Some(sent)) = (batch.of.get(*row), invited.get(*row)) else {
                    continue;
                };
                let entry = seen.entry(*number).or_insert((0, *sent as u64));
                entry.0 += 1;
                if entry.1 != *sent as u64 || entry.0 > entry.1 {
                    return Err(self.wrong_invitations(*row, *entry, *sent));
                }
            }
            let numbers: Vec<usize> = seen.keys().copied().collect();
            let (counts, pool): (Vec<u64>, Vec<u64>) = seen.into_values().unzip();
            let input = gaming::Floods {
                counts: &counts,
                pool: &pool,
                dispersion: 1.0,
            };
            let answer = gaming::floods(&input).map_err(cannot)?;
            tests.push(self.test(Subject::Unit(unit), Detector::BatchFlood, answer, |found| {
                let sent = pool.get(place(found)).copied().unwrap_or(0);
                let at = numbers.get(place(found)).copied().unwrap_or(0);
                let (number, (n, usual)) = (at + 1, figures(found));
                let what = say!(
                    "第 {number} 批邀请 {sent} 人,回 {n} 份,按各批合计应有 {usual} 份",
                    "batch no. {number}: {n} answers to {sent} invitations; all batches let expect {usual}"
                );
                (what, self.of(unit, |row| batch.is(row, at)))
            }));
        }
        Ok(())
    }

    fn wrong_invitations(&self, row: usize, (answers, before): (u64, u64), sent: f64) -> Failure {
        let (file, line) = (
            &self.rows.file,
            self.rows.lines.get(row).copied().unwrap_or(0),
        );
        let column = self.args.invited.as_deref().unwrap_or_default();
        Failure::Refused(Some(say!(
            "{file} 第 {line} 行“{column}”列是 {sent}:同一单位同一批前面写的是 {before},到这一行已有 {answers} 份;邀请数要一致,且不少于份数",
            "{file}, row {line}, column “{column}” is {sent}: the batch had {before} before, and {answers} answers up to this row; write the same number in all its rows, no less than the answers"
        )))
    }

    fn comments(&self, tests: &mut Vec<Test>) -> Result<(), Failure> {
        let Some(comments) = &self.rows.comment else {
            return Ok(());
        };
        for unit in self.units() {
            let rows = self.rows.unit.rows(unit);
            let own: Vec<&str> = rows
                .iter()
                .filter_map(|row| comments.get(*row))
                .map(String::as_str)
                .collect();
            let others = comments
                .iter()
                .enumerate()
                .filter(|(row, _)| !self.rows.unit.is(*row, unit));
            let others: Vec<&str> = others.map(|(_, text)| text.as_str()).collect();
            let input = gaming::Comments {
                comments: &own,
                others: &others,
                alike: ALIKE,
            };
            let answer = gaming::copied_comments(&input).map_err(cannot)?;
            tests.push(self.test(
                Subject::Unit(unit),
                Detector::CopiedComments,
                answer,
                |found| {
                    let n = found.observed;
                    let what = say!(
                        "{n} 条留言相同或几乎相同",
                        "{n} comments are the same or nearly"
                    );
                    (
                        what,
                        found
                            .positions
                            .iter()
                            .filter_map(|at| rows.get(*at).copied())
                            .collect(),
                    )
                },
            ));
        }
        Ok(())
    }

    fn rings(&self, tests: &mut Vec<Test>) -> Result<(), Failure> {
        let (Some(rater), Some(levels), Some(best)) =
            (&self.rows.rater, &self.rows.level, self.args.top)
        else {
            return Ok(());
        };
        let (unit, raters) = (&self.rows.unit, rater.count());
        let marked: Vec<bool> = levels.iter().map(|level| *level >= best).collect();
        let input = gaming::Ratings {
            raters,
            units: unit.count(),
            rater: &rater.of,
            unit: &unit.of,
            marked: &marked,
            stratum: &vec![0; raters],
        };
        // All draws of 200 raters are ranked together.
        let draws = Draws {
            draws: (self.draws / raters.clamp(1, 200)).clamp(59, GRAPHS),
            ..self.drawn(Detector::Ring, 0)
        };
        let top = |row: usize| marked.get(row).copied().unwrap_or(false);
        for (number, answer) in gaming::rings(&input, &draws)
            .map_err(cannot)?
            .into_iter()
            .enumerate()
        {
            tests.push(
                self.test(Subject::Rater(number), Detector::Ring, answer, |found| {
                    let (n, usual) = figures(found);
                    let in_places = |of: &Labels, row: usize| {
                        of.of
                            .get(row)
                            .is_some_and(|at| found.positions.contains(at))
                    };
                    if found.place == Place::Targets {
                        let names: Vec<&str> = found
                            .positions
                            .iter()
                            .filter_map(|at| unit.names.get(*at))
                            .map(String::as_str)
                            .collect();
                        let (zh, en) = (names.join("、"), names.join(", "));
                        let what = say!(
                            "{zh} 都给最高级的有 {n} 人,应有 {usual} 人",
                            "{n} raters gave the top level to {en}; {usual} are expected"
                        );
                        let own = rater
                            .rows(number)
                            .into_iter()
                            .filter(|row| top(*row) && in_places(unit, *row));
                        return (what, own.collect());
                    }
                    let numbers: Vec<String> = found
                        .positions
                        .iter()
                        .map(|at| (at + 1).to_string())
                        .collect();
                    let (zh, en) = (numbers.join("、"), numbers.join(", "));
                    (
                        say!("他们是第 {zh} 位评价人", "they are raters no. {en}"),
                        Vec::new(),
                    )
                }),
            );
        }
        Ok(())
    }

    fn judges(&self, tests: &mut Vec<Test>) -> Result<(), Failure> {
        let (Some(judge), Some(marks)) = (&self.rows.judge, &self.rows.mark) else {
            return Ok(());
        };
        let unit = &self.rows.unit;
        let input = gaming::Marks {
            judges: judge.count(),
            objects: unit.count(),
            judge: &judge.of,
            object: &unit.of,
            mark: marks,
        };
        let draws = self.drawn(Detector::NoSpread, 0);
        for (number, answer) in gaming::without_spread(&input, &draws)
            .map_err(cannot)?
            .into_iter()
            .enumerate()
        {
            tests.push(self.test(Subject::Judge(number), Detector::NoSpread, answer, |found| {
                let (own, usual) = (short(found.observed.max(0.0).sqrt()), short(found.expected.max(0.0).sqrt()));
                let what = say!(
                    "分数的标准差 {own},别人给同样这些的是 {usual}",
                    "the marks' standard deviation is {own}; others' marks of the same have {usual}"
                );
                (what, judge.rows(number))
            }));
        }
        self.favours(judge, marks, tests)
    }

    fn favours(&self, judge: &Labels, marks: &[f64], tests: &mut Vec<Test>) -> Result<(), Failure> {
        let unit = &self.rows.unit;
        let known: BTreeMap<&str, usize> = unit.names.iter().map(String::as_str).zip(0..).collect();
        let mut count = unit.count();
        let numbers: Vec<usize> = judge
            .names
            .iter()
            .map(|name| {
                known.get(name.as_str()).copied().unwrap_or_else(|| {
                    count += 1;
                    count - 1
                })
            })
            .collect();
        let from: Vec<usize> = judge
            .of
            .iter()
            .filter_map(|at| numbers.get(*at).copied())
            .collect();
        let input = gaming::Favours {
            count,
            from: &from,
            to: &unit.of,
            mark: marks,
        };
        let draws = self.drawn(Detector::BackScratching, 0);
        let answer = gaming::back_scratching(&input, &draws).map_err(cannot)?;
        tests.push(self.test(Subject::Table, Detector::BackScratching, answer, |found| {
            let pair = |a: usize, b: usize| {
                let between = |row: &usize| from.get(*row) == Some(&a) && unit.is(*row, b);
                (0..from.len()).filter(move |row| between(row)).collect::<Vec<_>>()
            };
            let rows = match found.positions.as_slice() {
                [a, b] => [pair(*a, *b), pair(*b, *a)].concat(),
                _ => Vec::new(),
            };
            let over = short(found.observed);
            let what = say!(
                "两人互相给的分,比各自的宽严和各自的水平所应有的至少高 {over}",
                "two who marked each other at least {over} over what their severity and merit explain"
            );
            (what, rows)
        }));
        Ok(())
    }

    fn last_days(&self, tests: &mut Vec<Test>) -> Result<(), Failure> {
        let (Some(times), Some(due), true) =
            (&self.rows.time, &self.rows.due, self.args.unit.is_some())
        else {
            return Ok(());
        };
        let last = i64::from(self.args.days.get());
        let left = |row: usize| Some(due.get(row)?.day - times.get(row)?.day);
        let late = |row: usize| left(row).is_some_and(|left| (0..last).contains(&left));
        let counts: Vec<(u64, u64)> = self
            .units()
            .map(|unit| {
                let rows = self.rows.unit.rows(unit);
                (
                    rows.iter().filter(|row| late(**row)).count() as u64,
                    rows.len() as u64,
                )
            })
            .collect();
        for (unit, own) in counts.iter().enumerate() {
            let peers = counts
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != unit);
            let peers: Vec<(u64, u64)> = peers.map(|(_, peer)| *peer).collect();
            let input = gaming::Deadline {
                late: own.0,
                all: own.1,
                peers: &peers,
            };
            let answer = gaming::last_days(&input).map_err(cannot)?;
            tests.push(self.test(Subject::Unit(unit), Detector::LastDays, answer, |found| {
                let (all, (n, usual)) = (own.1, figures(found));
                let what = say!(
                    "{all} 条中 {n} 条是截止前 {last} 天内填的,按别的单位应有 {usual} 条",
                    "{n} of {all} entries filed within the last {last} day(s); the others let expect {usual}"
                );
                (what, self.of(unit, late))
            }));
        }
        Ok(())
    }

    fn titles(&self, tests: &mut Vec<Test>) -> Result<(), Failure> {
        let (Some(times), Some(won), true) =
            (&self.rows.time, &self.rows.won, self.args.unit.is_some())
        else {
            return Ok(());
        };
        let mut periods: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
        for ((time, won), unit) in times.iter().zip(won).zip(&self.rows.unit.of) {
            let winners = periods.entry(time.day).or_default();
            if *won > 0.0 {
                winners.push(*unit);
            }
        }
        let winners: Vec<&[usize]> = periods.values().map(Vec::as_slice).collect();
        let input = gaming::Titles {
            winners: &winners,
            candidates: self.rows.unit.count(),
            barred: self.args.barred,
        };
        let draws = self.drawn(Detector::TitlesInTurns, 0);
        let answer = gaming::titles_in_turns(&input, &draws)
            .map_err(|error| self.wrong_title(&periods, error))?;
        tests.push(self.test(Subject::Table, Detector::TitlesInTurns, answer, |found| {
            let (n, usual) = (short(found.observed), short(found.expected));
            let what = if found.place == Place::Targets {
                say!(
                    "当选过的有 {n} 个单位,机会均等也只应有 {usual} 个",
                    "{n} different winners; equal chances let expect {usual}"
                )
            } else {
                say!(
                    "两次当选间隔的平方平均 {n},次序随机应为 {usual}(小则间隔均匀)",
                    "the mean squared gap between a winner's wins is {n}; {usual} in random order (small is regular)"
                )
            };
            let rows = won.iter().enumerate().filter(|(_, won)| **won > 0.0).map(|(row, _)| row);
            (what, rows.collect())
        }));
        Ok(())
    }

    fn wrong_title(&self, periods: &BTreeMap<i64, Vec<usize>>, error: Invalid) -> Failure {
        let Invalid::Range { at, value, .. } = error else {
            return cannot(error);
        };
        let unit = self
            .rows
            .unit
            .names
            .get(value as usize)
            .map_or("", String::as_str);
        let period = periods
            .keys()
            .nth(at)
            .map_or_else(String::new, |day| written(*day));
        Failure::Refused(Some(say!(
            "{period} 的“{unit}”:同一期当选两次,或在不得再选的期内当选;改正表格或 --barred",
            "“{unit}” at {period}: won twice, or while barred; mend the table or --barred"
        )))
    }

    fn figures(&self, tests: &mut Vec<Test>) -> Result<(), Failure> {
        let Some(values) = &self.rows.figure else {
            return Ok(());
        };
        for unit in self.units() {
            let subject = if self.args.unit.is_some() {
                Subject::Unit(unit)
            } else {
                Subject::Table
            };
            let rows = self.rows.unit.rows(unit);
            let own: Vec<f64> = rows
                .iter()
                .filter_map(|row| values.get(*row).copied())
                .collect();
            if self.args.benford {
                let answer =
                    gaming::benford(&own, &self.drawn(Detector::Benford, unit)).map_err(cannot)?;
                tests.push(self.test(subject, Detector::Benford, answer, |found| {
                    let (digit, (n, usual)) = (place(found) + 1, figures(found));
                    let what = say!(
                        "首位是 {digit} 的有 {n} 个,应有 {usual} 个",
                        "{n} figures begin with {digit}; {usual} are expected"
                    );
                    (what, Vec::new())
                }));
            }
            if let (Some(threshold), Some(width)) = (self.args.threshold, self.args.width) {
                self.heap((subject, unit), (&rows, &own), (threshold, width), tests)?;
            }
            if let Some(step) = self.args.step {
                let whole: Vec<i64> = own.iter().map(|value| *value as i64).collect();
                let answer = gaming::round_numbers(&whole, step).map_err(cannot)?;
                tests.push(self.test(subject, Detector::RoundNumbers, answer, |found| {
                    let (n, usual) = figures(found);
                    let what = say!(
                        "{n} 个是 {step} 的倍数,与邻近的数一样常见时应有 {usual} 个",
                        "{n} are multiples of {step}; {usual} if they were as common as their neighbours"
                    );
                    (what, found.positions.iter().filter_map(|at| rows.get(*at).copied()).collect())
                }));
            }
        }
        Ok(())
    }

    fn heap(
        &self,
        (subject, unit): (Subject, usize),
        (rows, values): (&[usize], &[f64]),
        (threshold, width): (f64, f64),
        tests: &mut Vec<Test>,
    ) -> Result<(), Failure> {
        let input = gaming::Heap {
            values,
            threshold,
            width,
        };
        let draws = self.drawn(Detector::Threshold, unit);
        let answer = gaming::heap_at_threshold(&input, &draws).map_err(cannot)?;
        let under = answer
            .finding()
            .and_then(|finding| finding.evidence.first())
            .map_or(0, place);
        tests.push(self.test(subject, Detector::Threshold, answer, |found| {
            let from = if place(found) == under {
                threshold - width
            } else {
                threshold
            };
            let (from, to, (n, usual)) = (short(from), short(from + width), figures(found));
            let what = say!(
                "{from} 至不到 {to} 的有 {n} 个,平滑时应有 {usual} 个",
                "{n} figures from {from} to under {to}; {usual} if smooth"
            );
            let bin = if place(found) == under { -1.0 } else { 0.0 };
            let inside = |value: &f64| ((value - threshold) / width + 1e-9).floor() == bin;
            let rows = values
                .iter()
                .zip(rows)
                .filter(|(value, _)| inside(value))
                .map(|(_, row)| *row);
            (what, rows.collect())
        }));
        Ok(())
    }
}

/// A burst of up to a week.
fn burst(counts: &[u64], pool: &[u64], dispersion: f64, draws: &Draws) -> Result<Answer, Failure> {
    let longest = WEEK.min(counts.len().saturating_sub(1)).max(1);
    gaming::bursts(
        &gaming::Bursts {
            counts,
            pool,
            longest,
            dispersion,
        },
        draws,
    )
    .map_err(cannot)
}

/// The first day, and how many there are to the last.
fn span(times: &[Moment]) -> (i64, usize) {
    let first = times.iter().map(|time| time.day).min().unwrap_or(0);
    let last = times.iter().map(|time| time.day).max().unwrap_or(0);
    (first, (last - first) as usize + 1)
}

fn pooled(rows: &[Vec<u64>]) -> Vec<u64> {
    let mut sums = vec![0; rows.first().map_or(0, Vec::len)];
    for row in rows {
        sums.iter_mut()
            .zip(row)
            .for_each(|(sum, count)| *sum += count);
    }
    sums
}

/// How dispersed a unit's counts are by what the others' are.
fn spread(rows: &[Vec<u64>], unit: usize) -> Result<f64, Failure> {
    let peers = rows.iter().enumerate().filter(|(other, _)| *other != unit);
    let peers: Vec<&[u64]> = peers.map(|(_, row)| row.as_slice()).collect();
    let n = rows.get(unit).map_or(0, |row| row.iter().sum());
    gaming::dispersion_at(&peers, n).map_err(cannot)
}

fn place(found: &Evidence) -> usize {
    found.positions.first().copied().unwrap_or(0)
}

/// What was found, and what is expected.
fn figures(found: &Evidence) -> (f64, String) {
    (
        found.observed,
        short((found.expected * 10.0).round() / 10.0),
    )
}

/// The first and the last day of a stretch.
fn days(found: &Evidence, first: i64) -> (String, String) {
    let last = found.positions.last().copied().unwrap_or(0);
    (
        written(first + place(found) as i64),
        written(first + last as i64),
    )
}

fn cannot(error: Invalid) -> Failure {
    Failure::Refused(Some(say!("不能计算:{error}", "can't be computed: {error}")))
}
