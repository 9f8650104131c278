//! `merit score`: scores, ranks and bands.

use std::io::IsTerminal;
use std::num::NonZeroUsize;
use std::path::Path;

use rulebook::figures::{Figures, Layout};
use rulebook::model::{Comparison, Measure, Scheme};
use rulebook::{Campaign, Period, Say, say};
use scoring::replay::{Compared, Comparing, Replay, ReplayError, SEED, Settings, replay};
use scoring::run::{Outcome, Run, RunError, Selection};

use crate::args::{self, Format, Score};
use crate::failure::Failure;
use crate::lang::lang;
use crate::output::csv::Csv;
use crate::output::json::Json;
use crate::output::save;
use crate::output::sureness::Columns;
use crate::output::table::{Table, category_name};
use crate::output::xlsx::Xlsx;
use crate::output::{Certainty, Report};
use crate::{load, progress, terminal};

/// Scores a campaign and delivers the results in the layout asked for.
pub fn run(args: &Score) -> Result<(), Failure> {
    let format = format(args)?;
    let opened = load::campaign(&args.folder.dir)?;
    let campaign = &opened.campaign;
    let scheme = named(campaign, args.scheme.as_deref())?;
    let (figures, notes) = load::figures(
        &opened,
        &args.folder.dir,
        &args.figures.measures,
        &layout(&args.figures, scheme),
    )?;
    load::tell(&notes);
    let selection = Selection {
        period: args.figures.period,
        scheme,
    };
    let replaying = Replaying::new(campaign, &figures, selection, args)?;
    let run = Run::new(campaign, &figures, selection);
    left_out(campaign, &run).iter().for_each(terminal::warning);
    let settings = replaying.as_ref().map(|replaying| replaying.settings);
    let mut report = report(format, campaign, &run, settings.as_ref());
    scored(&run, &figures, args, replaying, report.as_mut())?;
    let bytes = report.finish()?;
    match (&args.out, format) {
        (None, Format::Table) => terminal::print(&String::from_utf8_lossy(&bytes)),
        (out, _) => save::deliver(out.as_deref(), &plain(bytes, format)),
    }
}

/// How the period is to be replayed, if it is.
fn settings(args: &args::Replay, campaign: &Campaign) -> Result<Option<Settings>, Failure> {
    let Some(draws) = args.replay else {
        return Ok(None);
    };
    let coverage = args.coverage;
    if !(coverage > 0.0 && coverage < 1.0) {
        return Err(Failure::Usage(say!(
            "--coverage {coverage} 不在 0 与 1 之间;通常是 0.95",
            "--coverage {coverage} isn't between 0 and 1; 0.95 is usual"
        )));
    }
    Ok(Some(Settings {
        draws,
        seed: args.seed.unwrap_or_else(|| {
            let declared = campaign.file.comparison.as_ref();
            declared.map_or(SEED, |comparison| comparison.seed)
        }),
        coverage,
        first: args.first,
    }))
}

/// Scores the classes, replays them where that is asked for, and adds them to the report.
fn scored(
    run: &Run<'_>,
    figures: &Figures,
    args: &Score,
    replaying: Option<Replaying<'_>>,
    report: &mut dyn Report,
) -> Result<(), Failure> {
    let Some(mut replaying) = replaying else {
        return each(run, figures, &args.figures, |outcome| {
            report.add(outcome, None);
        });
    };
    let draws = u64::from(replaying.settings.draws.get());
    let jobs = run.jobs.len() + replaying.before.as_ref().map_or(0, |run| run.jobs.len());
    let bar = progress::replaying(draws * jobs as u64);
    let mut failed = None;
    let before = replaying.before.take().filter(|run| !run.jobs.is_empty());
    let before = before.map_or(Ok(()), |before| {
        each(&before, figures, &args.figures, |outcome| {
            if let Err(failure) = replaying.one(outcome, &|| bar.inc(1)) {
                failed.get_or_insert(failure);
            }
        })
    });
    let now = each(run, figures, &args.figures, |outcome| {
        match replaying.one(outcome, &|| bar.inc(1)) {
            Ok((replay, compared)) => report.add(
                outcome,
                Some(Certainty {
                    replay: &replay,
                    compared: &compared,
                    declared: &replaying.declared,
                }),
            ),
            Err(failure) => {
                failed.get_or_insert(failure);
            }
        }
    });
    bar.finish_and_clear();
    before.and(now)?;
    failed.map_or(Ok(()), Err)
}

/// How classes are replayed and compared.
struct Replaying<'a> {
    settings: Settings,
    declared: Comparison,
    comparing: Comparing,
    measures: Vec<&'a Measure>,
    threads: NonZeroUsize,
    /// The period before the only one that is asked for: replayed for the comparison, not shown.
    before: Option<Run<'a>>,
}

impl<'a> Replaying<'a> {
    fn new(
        campaign: &'a Campaign,
        figures: &'a Figures,
        selection: Selection<'a>,
        args: &Score,
    ) -> Result<Option<Self>, Failure> {
        let Some(settings) = settings(&args.replay, campaign)? else {
            return Ok(None);
        };
        let declared = campaign.file.comparison.clone().unwrap_or_default();
        let before = selection.period.map(|period| Selection {
            period: Some(period.previous()),
            ..selection
        });
        Ok(Some(Self {
            settings,
            comparing: Comparing::new(&declared),
            declared,
            measures: campaign.measures.iter().map(|m| &m.item).collect(),
            threads: args.figures.threads.unwrap_or_else(all_threads),
            before: before.map(|selection| Run::new(campaign, figures, selection)),
        }))
    }

    fn one(
        &mut self,
        outcome: &Outcome<'_, '_>,
        drawn: &(dyn Fn() + Sync),
    ) -> Result<(Replay, Compared), Failure> {
        let (measures, settings) = (&self.measures, &self.settings);
        let replayed = replay(outcome.scored, measures, settings, self.threads, drawn)
            .map_err(|error| not_replayed(outcome, &error))?;
        let compared = self
            .comparing
            .compare(outcome, &replayed)
            .map_err(|error| not_replayed(outcome, &error))?;
        Ok((replayed, compared))
    }
}

fn not_replayed(outcome: &Outcome<'_, '_>, error: &ReplayError) -> Failure {
    let (period, category) = (outcome.job.period, outcome.job.category);
    match error {
        ReplayError::TooLarge { at_most } => Failure::Usage(say!(
            "{period} {category}:单位太多,--replay 最多 {at_most} 次",
            "{period} {category}: with so many units, --replay can be {at_most} at most"
        )),
        ReplayError::Noise { measure, invalid } => Failure::Refused(Some(say!(
            "{period} {category}:度量“{measure}”的数与它的误差 noise 不合({invalid});核对 range、n、se,或改 noise",
            "{period} {category}: the figures of the measure “{measure}” don't go with its noise ({invalid}); check its range, n and se, or change `noise`"
        ))),
        error => Failure::Refused(Some(say!(
            "{period} {category}:不能重演({error})",
            "{period} {category}: it can't be replayed ({error})"
        ))),
    }
}

/// A table that goes into a file has no colours.
fn plain(bytes: Vec<u8>, format: Format) -> Vec<u8> {
    if format == Format::Table {
        anstream::adapter::strip_bytes(&bytes).into_vec()
    } else {
        bytes
    }
}

fn format(args: &Score) -> Result<Format, Failure> {
    let by_ending = args.out.as_deref().and_then(by_ending);
    let format = match (args.format, by_ending) {
        (Some(asked), Some((ending, Some(named)))) if asked != named => {
            let (asked, named) = (asked.name(), named.name());
            return Err(Failure::Usage(say!(
                "--format {asked} 与 --out 的扩展名 .{ending} 不一致;去掉 --format,或把扩展名改成合适的",
                "--format {asked} doesn't go with the ending .{ending} of --out, which means {named}; drop --format or change the ending"
            )));
        }
        (None, Some((ending, None))) => {
            return Err(Failure::Usage(say!(
                "不知道扩展名 .{ending} 是什么格式;用 .csv、.json、.xlsx 或 .txt,或用 --format 指明",
                "the ending .{ending} says no layout; use .csv, .json, .xlsx or .txt, or name one with --format"
            )));
        }
        (Some(asked), _) => asked,
        (None, Some((_, Some(named)))) => named,
        (None, None) => Format::Table,
    };
    if format == Format::Xlsx && args.out.is_none() && std::io::stdout().is_terminal() {
        return Err(Failure::Usage(say!(
            "工作簿不能显示在屏幕上;请用 --out 指明文件",
            "a workbook can't be shown on a terminal; name a file with --out"
        )));
    }
    Ok(format)
}

/// The ending of a file's name and the layout it stands for.
fn by_ending(path: &Path) -> Option<(String, Option<Format>)> {
    let ending = path.extension()?.to_string_lossy().to_ascii_lowercase();
    let format = match ending.as_str() {
        "csv" => Some(Format::Csv),
        "json" => Some(Format::Json),
        "xlsx" => Some(Format::Xlsx),
        "txt" => Some(Format::Table),
        _ => None,
    };
    Some((ending, format))
}

fn report<'c>(
    format: Format,
    campaign: &'c Campaign,
    run: &Run<'_>,
    settings: Option<&Settings>,
) -> Box<dyn Report + 'c> {
    match format {
        Format::Table => Box::new(Table::new(campaign)),
        Format::Csv => Box::new(Csv::new(
            settings.map(|settings| Columns::of(run, settings)),
        )),
        Format::Json => Box::new(Json::new(campaign)),
        Format::Xlsx => Box::new(Xlsx::new()),
    }
}

/// What the command line says about the tables.
pub fn layout(args: &args::Figures, scheme: Option<&Scheme>) -> Layout {
    Layout {
        unit_column: args.unit_column.clone(),
        period_column: args.period_column.clone(),
        period: args.period,
        scheme: scheme.map(|scheme| scheme.id.clone()),
    }
}

/// The scheme with this id, which must score a category.
pub fn named<'c>(campaign: &'c Campaign, id: Option<&str>) -> Result<Option<&'c Scheme>, Failure> {
    let Some(id) = id else { return Ok(None) };
    let known = || {
        let ids = campaign
            .effective
            .iter()
            .filter(|scheme| scheme.category.is_some());
        ids.map(|scheme| scheme.id.as_str())
            .collect::<Vec<_>>()
            .join(lang().pick("、", ", "))
    };
    let scheme = campaign.scheme(id);
    match scheme {
        Some(scheme) if scheme.category.is_some() => Ok(Some(scheme)),
        Some(_) => {
            let known = known();
            Err(Failure::Usage(say!(
                "“{id}”是框架,不考核哪个类别;可以是:{known}",
                "“{id}” is a frame and scores no category; name one of: {known}"
            )))
        }
        None => {
            let known = known();
            Err(Failure::Usage(say!(
                "没有细则“{id}”;可以是:{known}",
                "there is no scheme “{id}”; name one of: {known}"
            )))
        }
    }
}

/// Which categories have no scheme, and so aren't scored.
pub fn left_out(campaign: &Campaign, run: &Run<'_>) -> Vec<Say> {
    let told = |(period, category): &(Period, &str)| {
        let name = category_name(campaign, category);
        say!(
            "{period} 没有{name}({category})的细则在施行,没有计分",
            "no scheme for {name} ({category}) is in force in {period}; it isn't scored"
        )
    };
    run.without_scheme.iter().map(told).collect()
}

/// Scores the classes of a run and shows each.
pub fn each(
    run: &Run<'_>,
    figures: &Figures,
    args: &args::Figures,
    mut visit: impl FnMut(&Outcome<'_, '_>),
) -> Result<(), Failure> {
    if run.jobs.is_empty() {
        return Err(nothing(figures, args.period));
    }
    let units = run
        .jobs
        .iter()
        .filter_map(|job| figures.periods.get(&job.period));
    let bar = progress::scoring(
        run.jobs.len(),
        units.map(|figures| figures.units.len()).sum(),
    );
    let done = run.each(args.threads.unwrap_or_else(all_threads), |outcome| {
        visit(outcome);
        bar.inc(1);
    });
    bar.finish_and_clear();
    done.map_err(|error| cannot(&error))
}

fn nothing(figures: &Figures, period: Option<Period>) -> Failure {
    let periods: Vec<String> = figures.periods.keys().map(ToString::to_string).collect();
    let given = periods.join(lang().pick("、", ", "));
    Failure::Refused(Some(match period {
        Some(period) if !figures.periods.contains_key(&period) => {
            say!(
                "数据表里没有 {period} 的数,没有计分",
                "the tables hold no figures of {period}; nothing was scored"
            )
        }
        _ if given.is_empty() => {
            say!(
                "数据表里一个单位也没有,没有计分",
                "the tables hold no unit; nothing was scored"
            )
        }
        _ => say!(
            "没有能计分的类别:{given} 都没有施行的细则",
            "nothing can be scored: no scheme for these units is in force in {given}"
        ),
    }))
}

fn cannot(error: &RunError) -> Failure {
    let (scheme, item) = (&error.scheme, &error.error.item);
    let (zh, en) = (&error.error.problem.zh, &error.error.problem.en);
    Failure::Refused(Some(say!(
        "细则“{scheme}”不能计分:{item}:{zh}",
        "the scheme “{scheme}” can't be scored: {item}: {en}"
    )))
}

/// As many threads as the machine has.
pub fn all_threads() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}
