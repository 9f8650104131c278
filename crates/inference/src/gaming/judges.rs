//! Judges whose marks hardly differ, where others' marks of the same objects do.
#![expect(
    clippy::indexing_slicing,
    reason = "numbers are checked to be under their count"
)]

use super::{Answer, Draws, Evidence, Finding, NotApplicable, Place, check_under};
use crate::Invalid;

/// Marks, one for each position.
#[derive(Clone, Copy, Debug)]
pub struct Marks<'a> {
    /// How many judges there are.
    pub judges: usize,
    /// How many objects there are.
    pub objects: usize,
    /// Who gave each mark.
    pub judge: &'a [usize],
    /// What was marked.
    pub object: &'a [usize],
    /// The mark.
    pub mark: &'a [f64],
}

/// The objects a judge must share with others to be tested.
const SHARED: usize = 5;

/// For each judge, whether the marks spread less than others' marks of the same objects. Statistic: the judge's variance over the
/// expected one.
///
/// Null: each mark of an object, less its judge's severity (additive fit of judges and objects), moved to this judge's mean and held
/// within the ends of the scale (the least and the greatest mark), is as likely to be this judge's as another's; the p-value (lower tail)
/// is by draws of one of the marks of each object. So neither objects on which all agree nor a lenient judge at the ceiling are suspicious; one whose marks all are at
/// the end of the scale can't be told from a lenient one, and is refused (the all-top detectors are for that). One answer for each
/// judge, in order; [`super::Panel`] corrects over them. Evidence: the judge, observed and expected variance.
///
/// # Errors
/// [`Invalid`] for lengths that differ, numbers out of range, a mark that isn't finite, under 19 draws.
pub fn without_spread(marks: &Marks<'_>, draws: &Draws) -> Result<Vec<Answer>, Invalid> {
    Invalid::check_length("judge", marks.mark.len(), marks.judge.len())?;
    Invalid::check_length("object", marks.mark.len(), marks.object.len())?;
    Invalid::check_finite("mark", marks.mark)?;
    check_under("judge", marks.judge, marks.judges)?;
    check_under("object", marks.object, marks.objects)?;
    draws.check()?;
    let (severity, _) = additive(
        marks.judge,
        marks.judges,
        marks.object,
        marks.objects,
        marks.mark,
    );
    let mut on_object = vec![Vec::new(); marks.objects];
    let mut by_judge = vec![Vec::new(); marks.judges];
    for (at, mark) in marks.mark.iter().enumerate() {
        let fair = mark - severity[marks.judge[at]];
        on_object[marks.object[at]].push((marks.judge[at], fair));
        by_judge[marks.judge[at]].push((marks.object[at], *mark));
    }
    let ends = marks
        .mark
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), mark| {
            (low.min(*mark), high.max(*mark))
        });
    by_judge
        .iter()
        .enumerate()
        .map(|(judge, given)| one(judge, given, &on_object, ends, draws))
        .collect()
}

fn one(
    judge: usize,
    given: &[(usize, f64)],
    on_object: &[Vec<(usize, f64)>],
    ends: (f64, f64),
    draws: &Draws,
) -> Result<Answer, Invalid> {
    let shared = |marks: &[(usize, f64)]| marks.iter().any(|(other, _)| *other != judge);
    let fair = |marks: &[(usize, f64)]| marks.iter().map(|(_, mark)| *mark).collect();
    let (others, own): (Vec<Vec<f64>>, Vec<f64>) = given
        .iter()
        .filter(|(object, _)| shared(&on_object[*object]))
        .map(|(object, mark)| (fair(&on_object[*object]), *mark))
        .unzip();
    if own.len() < SHARED {
        let what = "objects marked by others too";
        return Ok(NotApplicable::too_few(what, SHARED, own.len()));
    }
    let others = likened(&others, mean(&own), ends);
    let expected = expected_variance(&others);
    if expected <= 1e-12 {
        return Ok(NotApplicable::all_equal("marks"));
    }
    let observed = variance(own.iter().copied());
    let stream = Draws {
        stream: draws.stream.wrapping_add(judge as u64),
        ..*draws
    };
    let (p, calibration) = stream.p(-observed, |random| {
        let mut pick = |marks: &Vec<f64>| marks[random.below(marks.len() as u64) as usize];
        let picked: Vec<f64> = others.iter().map(&mut pick).collect();
        -variance(picked.into_iter())
    })?;
    let evidence = vec![Evidence {
        place: Place::Raters,
        positions: vec![judge],
        observed,
        expected,
    }];
    Ok(Answer::Tested(Finding {
        p,
        calibration,
        statistic: observed / expected,
        evidence,
    }))
}

/// All marks of each object, less their judges' severities, as a judge with this `level` would give them: moved by the same amount and
/// held within the ends of the scale, so that their mean is `level`. A lenient judge's marks are squeezed at the top; so are these.
fn likened(objects: &[Vec<f64>], level: f64, (low, high): (f64, f64)) -> Vec<Vec<f64>> {
    let moved = |by: f64| -> Vec<Vec<f64>> {
        let held = |mark: &f64| (mark + by).clamp(low, high);
        objects
            .iter()
            .map(|marks| marks.iter().map(held).collect())
            .collect()
    };
    let reach = objects
        .iter()
        .flat_map(|marks| marks.iter())
        .fold(high - low, |reach: f64, mark| {
            reach.max((mark - low).abs()).max((high - mark).abs())
        });
    let (mut down, mut up) = (-reach, reach);
    for _ in 0..60 {
        let middle = 0.5 * (down + up);
        let means: Vec<f64> = moved(middle).iter().map(|marks| mean(marks)).collect();
        if mean(&means) < level {
            down = middle;
        } else {
            up = middle;
        }
    }
    moved(0.5 * (down + up))
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The variance (n − 1) of values; around their mean, in two passes.
fn variance(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let n = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / n;
    values
        .map(|value| (value - mean) * (value - mean))
        .sum::<f64>()
        / (n - 1.0)
}

/// The mean variance of one mark picked from each object.
fn expected_variance(objects: &[Vec<f64>]) -> f64 {
    let means: Vec<f64> = objects.iter().map(|marks| mean(marks)).collect();
    let within = |(marks, centre): (&Vec<f64>, &f64)| {
        marks
            .iter()
            .map(|mark| (mark - centre) * (mark - centre))
            .sum::<f64>()
            / marks.len() as f64
    };
    let within: f64 = objects.iter().zip(&means).map(within).sum();
    within / objects.len() as f64 + variance(means.iter().copied())
}

/// Effects of rows and of columns on marks, rows centred to mean 0 over the marks: least squares by turns, which is enough where a
/// thousandth of a mark is.
pub(super) fn additive(
    row: &[usize],
    rows: usize,
    column: &[usize],
    columns: usize,
    mark: &[f64],
) -> (Vec<f64>, Vec<f64>) {
    let mut row_effect = vec![0.0; rows];
    let mut column_effect = vec![0.0; columns];
    for _ in 0..50 {
        column_effect = means(column, columns, row, &row_effect, mark);
        row_effect = means(row, rows, column, &column_effect, mark);
        let centre = row.iter().map(|row| row_effect[*row]).sum::<f64>() / row.len().max(1) as f64;
        row_effect.iter_mut().for_each(|effect| *effect -= centre);
        column_effect
            .iter_mut()
            .for_each(|effect| *effect += centre);
    }
    (row_effect, column_effect)
}

/// For each of `count` groups the mean mark less the other side's effect; 0 where there are no marks.
fn means(group: &[usize], count: usize, other: &[usize], effect: &[f64], mark: &[f64]) -> Vec<f64> {
    let mut sum = vec![0.0; count];
    let mut n = vec![0.0_f64; count];
    for (at, group) in group.iter().enumerate() {
        sum[*group] += mark[at] - effect[other[at]];
        n[*group] += 1.0;
    }
    sum.iter()
        .zip(&n)
        .map(|(sum, n)| sum / n.max(1.0))
        .collect()
}
