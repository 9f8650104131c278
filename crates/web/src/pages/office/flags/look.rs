//! Looks for what is rarely so by chance, in what a campaign holds itself: ratings by day, series and comments, filings by their
//! due day, marks of visits, first places. It reads, and changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use campaign::rating::Level;
use campaign::record::Value;
use campaign::{Date, ItemId, State, UnitId, rating};
use inference::Invalid;
use inference::gaming::{self, Answer, Correction, Detector, Draws, Evidence, Panel, Place};
use rulebook::Period;
use rulebook::model::Subject;

/// At which rate chance alone would put anything on the list.
pub const RATE: f64 = 0.05;
/// So many periods are looked back where one alone says too little.
const BACK: usize = 6;
/// The longest burst, in days.
const WEEK: usize = 7;
/// The share of the top level that counts as a ceiling.
const CEILING: f64 = 0.98;
/// How alike near-identical comments are.
const ALIKE: f64 = 0.7;
/// So many comments of others tell which phrases are common.
const OTHERS: usize = 400;
/// A filing within so many days of its due day, that day included, came at the last.
const LAST: i32 = 2;
/// The most draws of a test.
const MOST: f64 = 200_000.0;

/// Whom a flag is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// A unit.
    Unit(UnitId),
    /// The units of a category.
    Category(String),
    /// All of them.
    Campaign,
}

/// One thing to look at.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// The first and the last day, where it is a stretch of days.
    pub days: Option<(Date, Date)>,
    /// The period since when, where it is one.
    pub since: Option<Period>,
    /// The units it is between.
    pub units: Vec<UnitId>,
    /// Of how many; 0 where there is no such number.
    pub all: u64,
    /// What was found.
    pub observed: f64,
    /// What chance lets expect.
    pub expected: f64,
}

/// A question to a person.
#[derive(Clone, Debug, PartialEq)]
pub struct Flag {
    /// What was looked for.
    pub detector: Detector,
    /// Whom it is about.
    pub about: About,
    /// How often chance alone does at least this.
    pub p: f64,
    /// The same, corrected for all that was looked for.
    pub adjusted: f64,
    /// What to look at.
    pub looks: Vec<Look>,
}

/// What was found, and how much was looked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// The flags, the least likely by chance first.
    pub flags: Vec<Flag>,
    /// How many tests were made.
    pub tests: usize,
    /// How many tests of each kind were made, and how many couldn't be for want of data.
    pub by_kind: BTreeMap<Detector, (usize, usize)>,
}

/// A test with what its evidence means.
struct Test {
    detector: Detector,
    about: About,
    answer: Answer,
    looks: Vec<Look>,
}

struct Search<'s> {
    state: &'s State,
    period: Period,
    units: Vec<&'s UnitId>,
    draws: usize,
    tests: Vec<Test>,
}

/// Everything that can be looked for in a period; `text` reads the words of a rating.
///
/// # Errors
/// [`Invalid`] where a detector is given what it can't take: a mistake in the program.
pub fn look(
    state: &State,
    period: Period,
    today: Date,
    text: &dyn Fn(ItemId) -> Arc<str>,
) -> Result<Found, Invalid> {
    let units: Vec<&UnitId> = state
        .organisation
        .units(today)
        .map(|(unit, _)| unit)
        .collect();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and the most draws"
    )]
    let draws = (20.0 * units.len() as f64 / RATE).clamp(999.0, MOST) as usize;
    let mut search = Search {
        state,
        period,
        units,
        draws,
        tests: Vec::new(),
    };
    search.ratings()?;
    search.ceilings()?;
    search.comments(today, text)?;
    search.last_days()?;
    search.visits()?;
    search.titles()?;
    search.found()
}

impl<'s> Search<'s> {
    fn drawn(&self, detector: Detector, at: usize) -> Draws {
        let (year, month) = self.period.starts();
        Draws {
            draws: self.draws,
            seed: u64::from(year) * 12 + u64::from(month),
            stream: ((detector as u64 + 1) << 40) + ((at as u64) << 8),
        }
    }

    fn add(
        &mut self,
        (detector, about): (Detector, About),
        answer: Answer,
        tell: impl Fn(&Evidence) -> Look,
    ) {
        let evidence = answer.finding().map_or(&[][..], |found| &found.evidence);
        self.tests.push(Test {
            detector,
            about,
            looks: evidence.iter().map(tell).collect(),
            answer,
        });
    }

    /// The periods up to this one, the oldest first.
    fn back(&self) -> Vec<Period> {
        let first = self.state.rules.version(1).map(|book| book.from);
        let back = std::iter::successors(Some(self.period), |period| Some(period.previous()));
        let known = back.take_while(|period| first.is_some_and(|first| first <= *period));
        let mut periods: Vec<Period> = known.take(BACK).collect();
        periods.reverse();
        periods
    }

    /// Days with more ratings of a unit than its share of all; runs of the top level.
    fn ratings(&mut self) -> Result<(), Invalid> {
        let Some(book) = self.state.rules.of(self.period) else {
            return Ok(());
        };
        let first = book.calendar.first_day(self.period);
        let days = book.calendar.last_day(self.period).0 - first.0 + 1;
        let days = usize::try_from(days).unwrap_or(0);
        let mut counts: BTreeMap<&UnitId, Vec<u64>> = BTreeMap::new();
        let mut tops: BTreeMap<&UnitId, Vec<bool>> = BTreeMap::new();
        let mut pool = vec![0; days];
        let invited = self.state.ratings.all();
        for one in invited.filter(|one| one.period == self.period && !one.from_hotline) {
            let day = usize::try_from(one.day.0 - first.0).unwrap_or(usize::MAX);
            let own = counts.entry(one.unit).or_insert_with(|| vec![0; days]);
            if let (Some(own), Some(pool)) = (own.get_mut(day), pool.get_mut(day)) {
                *own += 1;
                *pool += 1;
            }
            if let Some(level) = one.level {
                tops.entry(one.unit)
                    .or_default()
                    .push(level == Level::VeryHigh);
            }
        }
        let rows: Vec<&[u64]> = counts.values().map(Vec::as_slice).collect();
        for (at, (unit, own)) in counts.iter().enumerate() {
            let peers = rows.iter().enumerate().filter(|(other, _)| *other != at);
            let peers: Vec<&[u64]> = peers.map(|(_, row)| *row).collect();
            let input = gaming::Bursts {
                counts: own,
                pool: &pool,
                longest: WEEK.min(days.saturating_sub(1)).max(1),
                dispersion: gaming::dispersion_at(&peers, own.iter().sum())?,
            };
            let answer = gaming::bursts(&input, &self.drawn(Detector::Burst, at))?;
            let about = (Detector::Burst, About::Unit((*unit).clone()));
            self.add(about, answer, |found| Look {
                days: stretch(found, first),
                ..figures(found, own.iter().sum())
            });
        }
        for (at, (unit, top)) in tops.iter().enumerate() {
            let stratum = vec![0; top.len()];
            let input = gaming::Series {
                top,
                stratum: &stratum,
            };
            let answer = gaming::all_top_run(&input, &self.drawn(Detector::AllTopRun, at))?;
            let about = (Detector::AllTopRun, About::Unit((*unit).clone()));
            self.add(about, answer, |found| figures(found, top.len() as u64));
        }
        Ok(())
    }

    /// From one period on nearly only the top level.
    fn ceilings(&mut self) -> Result<(), Invalid> {
        let periods = self.back();
        let levels: Vec<_> = periods
            .iter()
            .map(|period| self.state.ratings.levels(*period, None))
            .collect();
        for (at, unit) in self.units.clone().into_iter().enumerate() {
            let of = |of: fn(&rating::Levels) -> u32| -> Vec<u64> {
                let levels = levels.iter().map(|levels| levels.get(unit).map_or(0, of));
                levels.map(u64::from).collect()
            };
            let (top, all) = (of(|levels| levels.top(1)), of(rating::Levels::rated));
            if all.iter().sum::<u64>() == 0 {
                continue;
            }
            let input = gaming::Ceiling {
                top: &top,
                all: &all,
                ceiling: CEILING,
            };
            let draws = self.drawn(Detector::SuddenCeiling, at);
            let answer = gaming::sudden_ceiling(&input, &draws)?;
            let about = (Detector::SuddenCeiling, About::Unit(unit.clone()));
            self.add(about, answer, |found| {
                let from = found.positions.first().copied().unwrap_or(0);
                Look {
                    since: periods.get(from).copied(),
                    ..figures(found, all.iter().skip(from).sum())
                }
            });
        }
        Ok(())
    }

    /// Comments that are copies of one another, among those that are told.
    fn comments(&mut self, today: Date, text: &dyn Fn(ItemId) -> Arc<str>) -> Result<(), Invalid> {
        let mut of: Vec<(&UnitId, Vec<Arc<str>>)> = Vec::new();
        for unit in &self.units {
            let comments = rating::comments(self.state, unit, self.period, today).into_iter();
            let texts = comments.filter_map(|comment| Some(text(comment.comment?.item)));
            let texts: Vec<_> = texts.filter(|text| !text.is_empty()).collect();
            if !texts.is_empty() {
                of.push((unit, texts));
            }
        }
        for (at, (unit, texts)) in of.iter().enumerate() {
            let others = of.iter().filter(|(other, _)| other != unit);
            let others: Vec<&str> = others
                .flat_map(|(_, texts)| texts)
                .map(AsRef::as_ref)
                .collect();
            let every = others.len().div_ceil(OTHERS).max(1);
            let others: Vec<&str> = others.into_iter().skip(at % every).step_by(every).collect();
            let own: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
            let input = gaming::Comments {
                comments: &own,
                others: &others,
                alike: ALIKE,
            };
            let answer = gaming::copied_comments(&input)?;
            let about = (Detector::CopiedComments, About::Unit((*unit).clone()));
            self.add(about, answer, |found| figures(found, own.len() as u64));
        }
        Ok(())
    }

    /// Units that file at the last, against the others of their category.
    fn last_days(&mut self) -> Result<(), Invalid> {
        let offset = self.state.rules.offset();
        let periods = self.back();
        let mut of: BTreeMap<String, Vec<(&UnitId, u64, u64)>> = BTreeMap::new();
        for unit in &self.units {
            let records = periods.iter();
            let records = records.flat_map(|period| self.state.records.of_unit(unit, *period));
            let (mut late, mut all) = (0, 0);
            for (_, record) in records.filter(|(_, record)| record.from == **unit) {
                let Some(due) = record.due else { continue };
                let left = due.0 - record.filed_at.day(offset).0;
                all += 1;
                late += u64::from((0..LAST).contains(&left));
            }
            let facts = self.state.organisation.unit(unit);
            let facts = facts.and_then(|unit| unit.facts.last()?.as_ref());
            let category = facts.map_or_else(String::new, |facts| facts.category.to_string());
            of.entry(category).or_default().push((unit, late, all));
        }
        for peers in of.values() {
            for (unit, late, all) in peers {
                let others = peers.iter().filter(|peer| peer.0 != *unit);
                let others: Vec<(u64, u64)> = others.map(|(_, late, all)| (*late, *all)).collect();
                let input = gaming::Deadline {
                    late: *late,
                    all: *all,
                    peers: &others,
                };
                let answer = gaming::last_days(&input)?;
                let about = (Detector::LastDays, About::Unit((*unit).clone()));
                self.add(about, answer, |found| figures(found, *all));
            }
        }
        Ok(())
    }

    /// The mean marks of visits: who visited, whom, how good it was.
    fn marks(&self) -> Vec<(&'s UnitId, &'s UnitId, f64)> {
        let mut marks = Vec::new();
        for period in self.back() {
            let book = self.state.rules.of(period);
            let forms = book.into_iter().flat_map(|book| &book.campaign.forms);
            let visits = forms.filter(|form| form.item.subject == Subject::OtherUnit);
            let records = visits
                .flat_map(|form| self.state.records.of_form(form.item.id.as_str(), period))
                .filter(|(_, record)| record.stands() && record.from != record.unit);
            for (_, record) in records {
                let given = record.values.iter().filter_map(|(_, value)| match value {
                    Value::Checklist(marks) => Some(marks.iter().flatten().copied()),
                    _ => None,
                });
                let given: Vec<f64> = given.flatten().collect();
                if !given.is_empty() {
                    let mean = given.iter().sum::<f64>() / given.len() as f64;
                    marks.push((&record.from, &record.unit, mean));
                }
            }
        }
        marks
    }

    /// Visiting units whose marks hardly differ; pairs of units that mark one another high.
    fn visits(&mut self) -> Result<(), Invalid> {
        let marks = self.marks();
        let judges: BTreeSet<&UnitId> = marks.iter().map(|(from, ..)| *from).collect();
        let all: BTreeSet<&UnitId> = marks
            .iter()
            .flat_map(|(from, about, _)| [*from, *about])
            .collect();
        let number = |of: &BTreeSet<&UnitId>, unit: &UnitId| {
            of.iter().position(|known| *known == unit).unwrap_or(0)
        };
        let column = |of: &BTreeSet<&UnitId>,
                      pick: fn(&(&'s UnitId, &'s UnitId, f64)) -> &'s UnitId| {
            let numbers = marks.iter().map(|mark| number(of, pick(mark)));
            numbers.collect::<Vec<usize>>()
        };
        let mark: Vec<f64> = marks.iter().map(|(.., mark)| *mark).collect();
        let object = column(&all, |mark| mark.1);
        let input = gaming::Marks {
            judges: judges.len(),
            objects: all.len(),
            judge: &column(&judges, |mark| mark.0),
            object: &object,
            mark: &mark,
        };
        let answers = gaming::without_spread(&input, &self.drawn(Detector::NoSpread, 0))?;
        for (judge, answer) in judges.iter().zip(answers) {
            let own = marks.iter().filter(|(from, ..)| from == judge).count();
            let about = (Detector::NoSpread, About::Unit((*judge).clone()));
            self.add(about, answer, |found| Look {
                observed: found.observed.max(0.0).sqrt(),
                expected: found.expected.max(0.0).sqrt(),
                ..figures(found, own as u64)
            });
        }
        let input = gaming::Favours {
            count: all.len(),
            from: &column(&all, |mark| mark.0),
            to: &object,
            mark: &mark,
        };
        let draws = self.drawn(Detector::BackScratching, 0);
        let answer = gaming::back_scratching(&input, &draws)?;
        let about = (Detector::BackScratching, About::Campaign);
        self.add(about, answer, |found| Look {
            units: named(&all, found),
            ..figures(found, 0)
        });
        Ok(())
    }

    /// First places that go round.
    fn titles(&mut self) -> Result<(), Invalid> {
        let runs = self.state.periods.iter();
        let runs = runs.filter(|(period, _)| *period <= self.period);
        let runs: Vec<_> = runs.filter_map(|(_, of)| of.runs.last()).collect();
        let mut winners: BTreeMap<&str, (BTreeSet<&UnitId>, Vec<Vec<&UnitId>>)> = BTreeMap::new();
        for class in runs.iter().flat_map(|run| &run.classes) {
            let of = winners.entry(class.category.as_str()).or_default();
            of.0.extend(class.units.iter().map(|result| &result.unit));
            let first = class.units.iter().filter(|result| result.rank == Some(1));
            of.1.push(first.map(|result| &result.unit).collect());
        }
        for (at, (category, (units, first))) in winners.iter().enumerate() {
            let number = |unit: &UnitId| units.iter().position(|known| *known == unit);
            let first: Vec<Vec<usize>> = first
                .iter()
                .map(|of| of.iter().filter_map(|unit| number(unit)).collect())
                .collect();
            let first: Vec<&[usize]> = first.iter().map(Vec::as_slice).collect();
            let input = gaming::Titles {
                winners: &first,
                candidates: units.len(),
                barred: 0,
            };
            let draws = self.drawn(Detector::TitlesInTurns, at);
            let answer = gaming::titles_in_turns(&input, &draws)?;
            let about = About::Category((*category).to_owned());
            self.add((Detector::TitlesInTurns, about), answer, |found| Look {
                units: named(units, found),
                ..figures(found, first.len() as u64)
            });
        }
        Ok(())
    }

    /// What stands the correction over all tests that were made.
    fn found(self) -> Result<Found, Invalid> {
        let (mut panel, mut by_kind) = (Panel::new(), BTreeMap::new());
        for (number, test) in self.tests.iter().enumerate() {
            panel.add(number, test.detector, test.answer.clone());
            let kind: &mut (usize, usize) = by_kind.entry(test.detector).or_default();
            match test.answer.finding() {
                Some(_) => kind.0 += 1,
                None => kind.1 += 1,
            }
        }
        let list = panel.list(RATE, Correction::Holm)?;
        let flags = list.flags.iter().filter_map(|flag| {
            let test = self.tests.get(flag.subject)?;
            Some(Flag {
                detector: test.detector,
                about: test.about.clone(),
                p: flag.finding.p,
                adjusted: flag.adjusted,
                looks: test.looks.clone(),
            })
        });
        Ok(Found {
            flags: flags.collect(),
            tests: list.tests,
            by_kind,
        })
    }
}

fn figures(found: &Evidence, all: u64) -> Look {
    Look {
        days: None,
        since: None,
        units: Vec::new(),
        all,
        observed: found.observed,
        expected: found.expected,
    }
}

fn stretch(found: &Evidence, first: Date) -> Option<(Date, Date)> {
    let day = |at: &usize| first.plus(i32::try_from(*at).unwrap_or(0));
    Some((
        found.positions.first().map(day)?,
        found.positions.last().map(day)?,
    ))
}

/// The units that the positions of an evidence count.
fn named(units: &BTreeSet<&UnitId>, found: &Evidence) -> Vec<UnitId> {
    if !matches!(found.place, Place::Raters | Place::Targets) {
        return Vec::new();
    }
    let places = found.positions.iter();
    let units = places.filter_map(|at| units.iter().nth(*at));
    units.map(|unit| (*unit).clone()).collect()
}
