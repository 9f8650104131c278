//! Linear mixed models against published fits, against the dense formula, and on input that is no good.

use std::collections::HashMap;

use inference::Invalid;
use inference::mixed::{
    Criterion, Design, Factor, Fit, Links, Model, NewMark, Refusal, Value, Variable,
    adjusted_marks, adjusted_units, halo, severity, spread,
};
use inference::random::Random;

use crate::support::{close, data};

/// A CSV file without quotes, or with quotes around texts.
struct Table(HashMap<String, Vec<String>>);

impl Table {
    fn of(bytes: &[u8]) -> Self {
        let mut reader = csv::Reader::from_reader(bytes);
        let header: Vec<String> = reader
            .headers()
            .unwrap()
            .iter()
            .map(str::to_owned)
            .collect();
        let mut columns: Vec<Vec<String>> = vec![Vec::new(); header.len()];
        for record in reader.records() {
            for (column, cell) in columns.iter_mut().zip(&record.unwrap()) {
                column.push(cell.to_owned());
            }
        }
        Self(header.into_iter().zip(columns).collect())
    }

    fn factor(&self, name: &str) -> Factor {
        Factor::from_labels(name, &self.0[name]).unwrap()
    }

    fn numbers(&self, name: &str) -> Vec<f64> {
        self.0[name]
            .iter()
            .map(|cell| cell.parse().unwrap())
            .collect()
    }
}

fn model(
    table: &Table,
    fixed: &[&str],
    products: &[Vec<usize>],
    random: &[&str],
    criterion: Criterion,
) -> Model {
    let marks = table.numbers("y");
    let variables = fixed
        .iter()
        .map(|name| Variable::Levels(table.factor(name)))
        .collect();
    let design = Design::new(marks.len(), variables, products).unwrap();
    let factor = |name: &&str| {
        let parts: Vec<Factor> = name.split(':').map(|part| table.factor(part)).collect();
        Factor::combined(&parts.iter().collect::<Vec<&Factor>>()).unwrap()
    };
    Model::new(
        marks,
        design,
        random.iter().map(factor).collect(),
        criterion,
    )
    .unwrap()
}

/// Modes and deviations of one factor against the file's.
fn effects_meet(fit: &Fit, factor: usize, file: &Table, levels: &str) {
    let random = &fit.random()[factor];
    let deviations = &fit.deviations()[factor];
    let place: HashMap<&str, usize> = random
        .levels
        .iter()
        .enumerate()
        .map(|(at, level)| (level.as_str(), at))
        .collect();
    let mut met = 0;
    for (row, level) in file.0[levels].iter().enumerate() {
        if file
            .0
            .get("grpvar")
            .is_some_and(|factors| factors[row] != random.factor)
        {
            continue;
        }
        let at = place[level.as_str()];
        let mode: f64 = file.0["condval"][row].parse().unwrap();
        assert!(
            (random.modes[at] - mode).abs() < 1e-4,
            "{level}: {} for {mode}",
            random.modes[at]
        );
        if let Some(known) = file.0.get("condsd") {
            close(deviations[at], known[row].parse().unwrap(), 3e-4);
        }
        met += 1;
    }
    assert_eq!(met, random.levels.len());
}

/// lme4 1.1-31, fit A: `y ~ 1 + service + (1 | s) + (1 | d) + (1 | dept)` by ML. lme4's search stops where the deviance is 1.4e-6 over
/// the least: at its θ ours is the same to 1e-6. So the variance of `dept`, which the deviance hardly depends on, differs by 4e-4.
#[test]
fn fit_a_of_the_lecture_ratings_meets_lme4() {
    let Some(bytes) = data("insteval/insteval.csv") else {
        return;
    };
    let model = model(
        &Table::of(&bytes),
        &["service"],
        &[vec![0]],
        &["s", "d", "dept"],
        Criterion::Ml,
    );
    let lme4 = [0.276_458_37, 0.437_354_94, 0.066_683_30];
    assert!((model.deviance_at(&lme4).unwrap() - 237_721.768_776).abs() < 2e-6);
    let fit = model.fit().unwrap();
    assert!((fit.deviance() - 237_721.768_776).abs() < 1e-5);
    assert!(fit.deviance() < 237_721.768_776);
    close(fit.sigma(), 1.177_493_06, 1e-6);
    let random = fit.random();
    for (random, (theta, relative)) in random.iter().zip(lme4.into_iter().zip([1e-4, 1e-4, 5e-4])) {
        close(
            random.variance,
            (theta * 1.177_493_06_f64).powi(2),
            relative,
        );
    }
    let fixed = fit.fixed();
    assert_eq!(fixed[1].name, "service1");
    for (effect, (estimate, se)) in fixed.iter().zip([
        (3.282_580_961, 0.028_408_339),
        (-0.092_588_542, 0.013_383_153),
    ]) {
        close(effect.estimate, estimate, 1e-5);
        close(effect.se, se, 2e-4);
    }
    if let Some(bytes) = data("insteval/ranef_s_ML_A.csv") {
        effects_meet(&fit, 0, &Table::of(&bytes), "s");
    }
    if let Some(bytes) = data("insteval/ranef_d_dept_ML_A.csv") {
        effects_meet(&fit, 1, &Table::of(&bytes), "grp");
        effects_meet(&fit, 2, &Table::of(&bytes), "grp");
    }
}

/// lme4 1.1-31, fit C: `y ~ 1 + (1 | s) + (1 | d)` by ML; and one more rating, by the quick way and from the beginning.
#[test]
fn fit_c_of_the_lecture_ratings_meets_lme4_and_takes_in_a_rating() {
    let Some(bytes) = data("insteval/insteval.csv") else {
        return;
    };
    let mut table = Table::of(&bytes);
    let fit = model(&table, &[], &[], &["s", "d"], Criterion::Ml)
        .fit()
        .unwrap();
    assert!((fit.deviance() - 237_777.725_980).abs() < 1e-5);
    for (random, theta) in fit.random().iter().zip([0.276_693_13, 0.444_022_86]) {
        close(random.variance, (theta * 1.177_786_51_f64).powi(2), 1e-4);
    }
    close(fit.fixed()[0].estimate, 3.254_15, 1e-5);
    if let Some(bytes) = data("insteval/ranef_s_ML_C.csv") {
        effects_meet(&fit, 0, &Table::of(&bytes), "s");
    }
    if let Some(bytes) = data("insteval/ranef_d_dept_ML_C.csv") {
        effects_meet(&fit, 1, &Table::of(&bytes), "grp");
    }
    let row = [("y", "1"), ("s", "1"), ("d", "1002")];
    for (column, cell) in row {
        table.0.get_mut(column).unwrap().push(cell.to_owned());
    }
    let quick = fit
        .refit_with(&[NewMark {
            mark: 1.0,
            fixed: vec![],
            random: vec!["1".into(), "1002".into()],
        }])
        .unwrap();
    let slow = model(&table, &[], &[], &["s", "d"], Criterion::Ml)
        .fit()
        .unwrap();
    assert_eq!(quick.steps(), 1);
    assert!((quick.deviance() - slow.deviance()).abs() < 1e-6);
    for (one, other) in quick.theta().into_iter().zip(slow.theta()) {
        close(one, other, 1e-6);
    }
}

/// Marks of `units` by `judges`: every judge marks a share of the units.
struct Drawn {
    marks: Vec<f64>,
    judges: Vec<String>,
    units: Vec<String>,
    groups: Vec<String>,
    number: Vec<f64>,
}

fn drawn(judges: usize, units: usize, share: f64, seed: u64) -> Drawn {
    let mut random = Random::new(seed, 0);
    let mut effect = |count: usize, sd: f64| {
        (0..count)
            .map(|_| sd * random.normal())
            .collect::<Vec<f64>>()
    };
    let (severity, quality) = (effect(judges, 0.7), effect(units, 1.0));
    let mut drawn = Drawn {
        marks: vec![],
        judges: vec![],
        units: vec![],
        groups: vec![],
        number: vec![],
    };
    for (judge, severity) in severity.iter().enumerate() {
        for (unit, quality) in quality.iter().enumerate() {
            if random.uniform() > share {
                continue;
            }
            let number = random.uniform();
            drawn
                .marks
                .push(70.0 + severity + quality + 0.5 * number + random.normal());
            drawn.judges.push(format!("j{judge:03}"));
            drawn.units.push(format!("u{unit:03}"));
            drawn.groups.push(format!("g{}", unit % 4));
            drawn.number.push(number);
        }
    }
    drawn
}

impl Drawn {
    fn factors(&self) -> Vec<Factor> {
        [
            ("judge", &self.judges),
            ("unit", &self.units),
            ("group", &self.groups),
        ]
        .map(|(name, labels)| Factor::from_labels(name, labels).unwrap())
        .to_vec()
    }

    fn design(&self) -> Design {
        let number = Variable::Number {
            name: "x".to_owned(),
            values: self.number.clone(),
        };
        Design::new(self.marks.len(), vec![number], &[vec![0]]).unwrap()
    }

    fn model(&self, criterion: Criterion) -> Model {
        Model::new(self.marks.clone(), self.design(), self.factors(), criterion).unwrap()
    }
}

/// −2 log of the normal density with V = I + Σ θ²ZZ' written out, σ² and β profiled: no formula shared with the library.
fn dense(drawn: &Drawn, theta: &[f64], criterion: Criterion) -> f64 {
    let n = drawn.marks.len();
    let factors = drawn.factors();
    let entry = |i: usize, j: usize| {
        let same = |(factor, theta): (&Factor, &f64)| {
            let alike = factor.codes()[i] == factor.codes()[j];
            if alike { theta * theta } else { 0.0 }
        };
        f64::from(u8::from(i == j)) + factors.iter().zip(theta).map(same).sum::<f64>()
    };
    let row = |i: usize| (0..n).map(|j| entry(i, j)).collect();
    let v: Vec<Vec<f64>> = (0..n).map(row).collect();
    let columns = [vec![1.0; n], drawn.number.clone(), drawn.marks.clone()];
    let (log_v, white) = whiten(&v, &columns);
    let inner = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let xx = [
        inner(&white[0], &white[0]),
        inner(&white[0], &white[1]),
        inner(&white[1], &white[1]),
    ];
    let xy = [inner(&white[0], &white[2]), inner(&white[1], &white[2])];
    let determinant = xx[0] * xx[2] - xx[1] * xx[1];
    let beta = [
        (xx[2] * xy[0] - xx[1] * xy[1]) / determinant,
        (xx[0] * xy[1] - xx[1] * xy[0]) / determinant,
    ];
    let r2: f64 = (0..n)
        .map(|i| (white[2][i] - beta[0] * white[0][i] - beta[1] * white[1][i]).powi(2))
        .sum();
    let (m, fixed) = match criterion {
        Criterion::Ml => (n as f64, 0.0),
        Criterion::Reml => (n as f64 - 2.0, determinant.ln()),
    };
    log_v + fixed + m * (1.0 + (2.0 * std::f64::consts::PI * r2 / m).ln())
}

/// log|V| and L⁻¹ times the columns.
fn whiten(v: &[Vec<f64>], columns: &[Vec<f64>]) -> (f64, Vec<Vec<f64>>) {
    let n = v.len();
    let mut l = vec![vec![0.0; n]; n];
    let mut white: Vec<Vec<f64>> = columns.iter().map(|_| Vec::new()).collect();
    let mut log = 0.0;
    for i in 0..n {
        for j in 0..=i {
            let inner: f64 = (0..j).map(|k| l[i][k] * l[j][k]).sum();
            l[i][j] = if i == j {
                (v[i][i] - inner).sqrt()
            } else {
                (v[i][j] - inner) / l[j][j]
            };
        }
        log += 2.0 * l[i][i].ln();
        for (white, column) in white.iter_mut().zip(columns) {
            let inner: f64 = (0..i).map(|k| l[i][k] * white[k]).sum();
            white.push((column[i] - inner) / l[i][i]);
        }
    }
    (log, white)
}

#[test]
fn the_deviance_is_that_of_the_dense_formula_and_the_fit_its_least() {
    let drawn = drawn(6, 12, 0.8, 3);
    for criterion in [Criterion::Ml, Criterion::Reml] {
        let model = drawn.model(criterion);
        for theta in [
            [0.5, 1.0, 0.2],
            [1.5, 0.01, 0.0],
            [0.0, 0.0, 0.0],
            [3.0, 2.0, 1.0],
        ] {
            let expected = dense(&drawn, &theta, criterion);
            close(model.deviance_at(&theta).unwrap(), expected, 1e-11);
        }
        let fit = model.clone().fit().unwrap();
        let theta = fit.theta();
        close(fit.deviance(), dense(&drawn, &theta, criterion), 1e-11);
        for at in 0..3 {
            for step in [-1e-3, 1e-3] {
                let mut moved = theta.clone();
                moved[at] = (moved[at] + step).max(0.0);
                let there = dense(&drawn, &moved, criterion);
                assert!(
                    there >= fit.deviance() - 1e-9,
                    "{there} at {moved:?} under {} at {theta:?}, steps {}",
                    fit.deviance(),
                    fit.steps()
                );
            }
        }
    }
}

/// Balanced one-way data: REML's variances are those of the analysis of variance, (MSB − MSW) ⁄ n and MSW; the modes are the means
/// shrunk by nγ ⁄ (1 + nγ) (Searle, Casella, McCulloch 1992, *Variance Components*, 4.3).
#[test]
fn balanced_data_give_the_analysis_of_variance() {
    let drawn = drawn(5, 8, 1.1, 12);
    let factor = Factor::from_labels("judge", &drawn.judges).unwrap();
    let design = Design::intercept(40).unwrap();
    let fit = Model::new(drawn.marks.clone(), design, vec![factor], Criterion::Reml)
        .unwrap()
        .fit()
        .unwrap();
    let means: Vec<f64> = drawn
        .marks
        .chunks(8)
        .map(|own| own.iter().sum::<f64>() / 8.0)
        .collect();
    let grand = means.iter().sum::<f64>() / 5.0;
    let between = 8.0 * means.iter().map(|mean| (mean - grand).powi(2)).sum::<f64>() / 4.0;
    let squares =
        |(own, mean): (&[f64], &f64)| own.iter().map(|mark| (mark - mean).powi(2)).sum::<f64>();
    let within = drawn.marks.chunks(8).zip(&means).map(squares).sum::<f64>() / 35.0;
    assert!(between > within);
    let random = &fit.random()[0];
    close(fit.sigma().powi(2), within, 1e-8);
    close(random.variance, (between - within) / 8.0, 1e-6);
    let gamma = 8.0 * random.theta.powi(2);
    for (mode, mean) in random.modes.iter().zip(&means) {
        close(*mode, (mean - grand) * gamma / (1.0 + gamma), 1e-9);
    }
    close(
        fit.deviations()[0][0],
        (random.variance / (1.0 + gamma)).sqrt(),
        1e-9,
    );
    close(fit.fixed()[0].estimate, grand, 1e-12);
    close(fit.fixed()[0].se, (between / 40.0).sqrt(), 1e-6);
}

/// Copies of the same marks with levels of their own: the deviance by ML is that of one times their number, so θ, modes and deviations
/// stay. One is factored in blocks, the copies sparse.
#[test]
fn the_sparse_factor_gives_what_the_dense_one_gives() {
    let one = drawn(6, 12, 0.8, 3);
    let mut many = Drawn {
        marks: vec![],
        judges: vec![],
        units: vec![],
        groups: vec![],
        number: vec![],
    };
    let named = |labels: &[String], copy: usize| -> Vec<String> {
        labels
            .iter()
            .map(|label| format!("{copy:03}{label}"))
            .collect()
    };
    for copy in 0..300 {
        many.marks.extend(&one.marks);
        many.judges.extend(named(&one.judges, copy));
        many.units.extend(named(&one.units, copy));
        many.groups.extend(named(&one.groups, copy));
        many.number.extend(&one.number);
    }
    let theta = [0.5, 1.0, 0.2];
    let single = one.model(Criterion::Ml).deviance_at(&theta).unwrap();
    close(
        many.model(Criterion::Ml).deviance_at(&theta).unwrap(),
        300.0 * single,
        1e-11,
    );
    let (one, many) = (
        one.model(Criterion::Ml).fit().unwrap(),
        many.model(Criterion::Ml).fit().unwrap(),
    );
    close(many.deviance(), 300.0 * one.deviance(), 1e-9);
    for factor in 0..3 {
        close(many.theta()[factor], one.theta()[factor], 1e-4);
        let pairs = one.deviations()[factor]
            .iter()
            .zip(&many.deviations()[factor])
            .map(|(a, b)| (*a, *b))
            .collect::<Vec<_>>();
        pairs
            .into_iter()
            .for_each(|(one, many)| close(many, one, 1e-4));
        let (one, many) = (&one.random()[factor].modes, &many.random()[factor].modes);
        one.iter()
            .zip(many)
            .for_each(|(one, many)| assert!((one - many).abs() < 1e-4));
    }
}

/// Two factors of 2,000 levels in a chain.
#[test]
fn large_loosely_linked_factors_are_factored_sparse() {
    let (mut marks, mut judges, mut units) = (vec![], vec![], vec![]);
    let mut random = Random::new(5, 0);
    let effects: Vec<f64> = (0..4_000).map(|_| 0.6 * random.normal()).collect();
    for judge in 0..2_000_usize {
        for unit in 0..4 {
            let unit = (judge / 2 * 2 + unit) % 2_000;
            marks.push(effects[judge] + effects[2_000 + unit] + random.normal());
            judges.push(format!("{judge}"));
            units.push(format!("{unit}"));
        }
    }
    let factors = vec![
        Factor::from_labels("j", &judges).unwrap(),
        Factor::from_labels("u", &units).unwrap(),
    ];
    let design = Design::intercept(marks.len()).unwrap();
    let model = Model::new(marks, design, factors, Criterion::Ml).unwrap();
    let fit = model.clone().fit().unwrap();
    let theta = fit.theta();
    for step in [[1e-3, 0.0], [-1e-3, 0.0], [0.0, 1e-3], [0.0, -1e-3]] {
        let moved = [theta[0] + step[0], theta[1] + step[1]];
        assert!(model.deviance_at(&moved).unwrap() > fit.deviance());
    }
    assert!(
        theta.iter().all(|theta| (0.5..0.7).contains(theta)),
        "{theta:?}"
    );
    assert!(
        fit.deviations()
            .iter()
            .flatten()
            .all(|sd| (0.2..0.6).contains(sd))
    );
}

#[test]
fn a_factor_without_differences_gets_variance_zero_and_says_so() {
    // Each judge's marks have the same mean: less variation between than within.
    let marks: Vec<f64> = (0..24).map(|at| f64::from(at % 4)).collect();
    let judges: Vec<String> = (0..24).map(|at| format!("{}", at / 4)).collect();
    for criterion in [Criterion::Ml, Criterion::Reml] {
        let factor = Factor::from_labels("judge", &judges).unwrap();
        let fit = Model::new(
            marks.clone(),
            Design::intercept(24).unwrap(),
            vec![factor],
            criterion,
        )
        .unwrap()
        .fit()
        .unwrap();
        assert_eq!(fit.theta(), [0.0]);
        let random = &fit.random()[0];
        assert!(random.variance == 0.0 && random.modes.iter().all(|mode| *mode == 0.0));
        assert!(fit.deviations()[0].iter().all(|sd| *sd == 0.0));
        let divisor = if criterion == Criterion::Ml {
            24.0
        } else {
            23.0
        };
        close(fit.sigma().powi(2), 1.25 * 24.0 / divisor, 1e-12);
        let more = NewMark {
            mark: 2.0,
            fixed: vec![],
            random: vec!["3".to_owned()],
        };
        assert_eq!(fit.refit_with(&[more]).unwrap().marks(), 25);
    }
}

fn refusal(marks: &[f64], labels: &[&str]) -> Refusal {
    let factor = Factor::from_labels("judge", labels).unwrap();
    let design = Design::intercept(marks.len()).unwrap();
    Model::new(marks.to_vec(), design, vec![factor], Criterion::Ml)
        .and_then(Model::fit)
        .unwrap_err()
}

#[test]
fn data_that_say_nothing_are_refused_by_name() {
    let two = ["a", "a", "b", "b"];
    assert_eq!(
        refusal(&[1.0, 2.0, 3.0, 4.0], &["a"; 4]),
        Refusal::OneLevel {
            factor: "judge".into()
        }
    );
    assert_eq!(
        refusal(&[1.0, 2.0, 3.0], &["a", "b", "c"]),
        Refusal::NoRepeats {
            factor: "judge".into()
        }
    );
    assert_eq!(refusal(&[0.1; 4], &two), Refusal::NoVariation);
    assert_eq!(refusal(&[1.0, 1.0, 2.0, 2.0], &two), Refusal::NoResidual);
    let nan = Refusal::Invalid(Invalid::NotFinite {
        what: "marks",
        at: 1,
    });
    assert_eq!(refusal(&[1.0, f64::NAN, 2.0, 2.0], &two), nan);
    let none = Refusal::Invalid(Invalid::TooFew {
        what: "marks",
        least: 2,
        found: 0,
    });
    assert_eq!(refusal(&[], &[]), none);
    let judges = Factor::from_labels("judge", &two).unwrap();
    let rooms = Factor::from_labels("room", &["2", "2", "1", "1"]).unwrap();
    let design = Design::intercept(4).unwrap();
    let confounded = Model::new(
        vec![1.0, 2.0, 4.0, 3.0],
        design.clone(),
        vec![judges.clone(), rooms],
        Criterion::Ml,
    );
    let expected = Refusal::Confounded {
        first: "judge".into(),
        second: "room".into(),
    };
    assert_eq!(confounded.unwrap_err(), expected);
    assert!(Model::new(vec![1.0; 4], design, vec![], Criterion::Ml).is_err());
    let short = Model::new(
        vec![1.0; 5],
        Design::intercept(5).unwrap(),
        vec![judges],
        Criterion::Ml,
    );
    assert!(matches!(
        short,
        Err(Refusal::Invalid(Invalid::Length { .. }))
    ));
}

#[test]
fn fixed_effects_are_named_and_dropped_as_in_r() {
    let labels = ["b", "a", "c", "a", "b", "c", "a", "b"];
    let tens = ["10", "9", "9", "10", "10", "9", "9", "10"];
    let letters = Variable::Levels(Factor::from_labels("f", &labels).unwrap());
    let sizes = Variable::Levels(Factor::from_labels("g", &tens).unwrap());
    let copy = Variable::Number {
        name: "x".into(),
        values: tens.iter().map(|ten| ten.parse().unwrap()).collect(),
    };
    let design = Design::new(8, vec![letters, sizes, copy], &[vec![0, 1], vec![2]]).unwrap();
    // 9 comes before 10; c has no mark with 10, and x follows from g.
    assert_eq!(
        design.names(),
        ["(Intercept)", "fb", "fc", "g10", "fb:g10"].map(str::to_owned)[..4].to_vec()
    );
    assert_eq!(design.dropped(), ["x", "fb:g10", "fc:g10"]);
}

#[test]
fn nested_levels_are_the_pairs_that_occur() {
    let schools = Factor::from_labels("school", &["2", "10", "2", "10"]).unwrap();
    let classes = Factor::from_labels("class", &["a", "a", "b", "a"]).unwrap();
    let nested = Factor::combined(&[&schools, &classes]).unwrap();
    assert_eq!(nested.name(), "school:class");
    assert_eq!(nested.levels(), ["2:a", "2:b", "10:a"]);
    assert_eq!(nested.codes(), [0, 2, 1, 2]);
}

#[test]
fn marks_that_come_in_are_as_if_they_had_been_there() {
    let mut drawn = drawn(8, 30, 0.7, 21);
    let old = drawn.model(Criterion::Reml).fit().unwrap();
    let rows = [
        (71.0, "j001", "u002", "g2"),
        (69.0, "j003", "u007", "g3"),
        (90.0, "j900", "u007", "g3"),
    ];
    for count in [1, 2, 3] {
        let new: Vec<NewMark> = rows[..count]
            .iter()
            .map(|(mark, judge, unit, group)| NewMark {
                mark: *mark,
                fixed: vec![Value::Number(0.25)],
                random: [judge, unit, group]
                    .map(|level| (*level).to_owned())
                    .to_vec(),
            })
            .collect();
        let (mark, judge, unit, group) = rows[count - 1];
        drawn.marks.push(mark);
        drawn.judges.push(judge.to_owned());
        drawn.units.push(unit.to_owned());
        drawn.groups.push(group.to_owned());
        drawn.number.push(0.25);
        let (refit, anew) = (
            old.refit_with(&new).unwrap(),
            drawn.model(Criterion::Reml).fit().unwrap(),
        );
        assert!(
            (refit.deviance() - anew.deviance()).abs() < 1e-3,
            "{} {}",
            refit.deviance(),
            anew.deviance()
        );
    }
    let wrong = NewMark {
        mark: 1.0,
        fixed: vec![Value::Level("a".into())],
        random: vec!["j001".into(), "u002".into(), "g2".into()],
    };
    assert!(matches!(
        old.refit_with(&[wrong]),
        Err(Refusal::UnknownLevel { .. })
    ));
}

#[test]
fn a_severe_judge_is_found_and_taken_out() {
    let mut drawn = drawn(10, 60, 0.5, 8);
    let severe: Vec<usize> = (0..drawn.marks.len())
        .filter(|at| drawn.judges[*at] == "j004")
        .collect();
    severe.iter().for_each(|at| drawn.marks[*at] -= 4.0);
    let fit = drawn.model(Criterion::Reml).fit().unwrap();
    let judges = severity(&fit, 0).unwrap();
    let worst = judges
        .iter()
        .max_by(|a, b| a.severity.total_cmp(&b.severity))
        .unwrap();
    assert_eq!(
        (worst.judge.as_str(), worst.marks),
        ("j004", severe.len() as u64)
    );
    assert!(worst.severity > 2.0 && worst.se < 0.5);
    let adjusted = adjusted_marks(&fit, 0).unwrap();
    close(
        adjusted[severe[0]],
        drawn.marks[severe[0]] + worst.severity,
        1e-12,
    );
    let units = adjusted_units(&fit, 0, &drawn.factors()[1]).unwrap();
    assert!(
        units
            .iter()
            .all(|unit| unit.part == 0 && unit.se > fit.sigma() / (unit.marks as f64).sqrt())
    );
    assert!(severity(&fit, 3).is_err());
}

#[test]
fn an_erratic_judge_has_a_wide_spread_and_the_others_about_one() {
    let mut drawn = drawn(12, 80, 0.6, 9);
    let mut noise = Random::new(1, 1);
    for at in 0..drawn.marks.len() {
        if drawn.judges[at] == "j002" {
            drawn.marks[at] += 2.0 * noise.normal();
        }
    }
    let fit = drawn.model(Criterion::Reml).fit().unwrap();
    let rows = spread(&fit, 0, 0.95).unwrap();
    let erratic = &rows[2];
    assert!(erratic.lower > 1.5 && erratic.p < 1e-4, "{erratic:?}");
    let total: f64 = rows.iter().map(|row| row.ratio * row.freedom).sum();
    let freedom: f64 = rows.iter().map(|row| row.freedom).sum();
    assert!((total / freedom - 1.0).abs() < 0.05);
    assert!(
        rows.iter()
            .all(|row| row.lower < row.ratio && row.ratio < row.upper)
    );
    assert!(spread(&fit, 0, 1.0).is_err());
}

/// Judge 0 adds one draw of his own to all traits of a unit; the traits share the unit's truth, which is no halo.
#[test]
fn halo_is_what_a_judge_adds_to_all_traits() {
    let mut random = Random::new(4, 0);
    let (mut marks, mut judges, mut units, mut traits) = (vec![], vec![], vec![], vec![]);
    for unit in 0..60 {
        let truth = 2.0 * random.normal();
        for judge in 0..5 {
            let coloured = if judge == 0 {
                2.0 * random.normal()
            } else {
                0.0
            };
            for of in ["order", "speed", "tone"] {
                marks.push(truth + coloured + random.normal());
                judges.push(format!("{judge}"));
                units.push(format!("{unit}"));
                traits.push(of);
            }
        }
    }
    let factor = |name: &str, labels: &[String]| Factor::from_labels(name, labels).unwrap();
    let (judges, units) = (factor("judge", &judges), factor("unit", &units));
    let traits = Factor::from_labels("trait", &traits).unwrap();
    let rows = halo(&marks, &judges, &units, &traits).unwrap();
    assert!(rows[0].lower.unwrap() > 0.5, "{:?}", rows[0]);
    assert!(
        rows[1..].iter().all(|row| row.correlation.unwrap() < 0.4),
        "{rows:?}"
    );
    assert_eq!(rows[0].units, 60);
    let one = Factor::from_labels("judge", &vec!["only"; marks.len()]).unwrap();
    let alone = halo(&marks, &one, &units, &traits).unwrap();
    assert_eq!((alone[0].units, alone[0].correlation), (0, None));
}

#[test]
fn units_that_no_judge_links_are_not_compared() {
    let judges = Factor::from_labels("judge", &["a", "a", "b", "c", "c"]).unwrap();
    let units = Factor::from_labels("unit", &["u1", "u2", "u2", "u3", "u4"]).unwrap();
    let links = Links::new(&judges, &units).unwrap();
    assert_eq!(
        (links.parts, links.units.as_slice(), links.judges.as_slice()),
        (2, &[0, 0, 1, 1][..], &[0, 0, 1][..])
    );
    assert!(links.compare(&units, 0, 1).is_ok());
    let refused = Refusal::Unlinked {
        first: "u1".into(),
        second: "u3".into(),
    };
    assert_eq!(links.compare(&units, 0, 2), Err(refused));
    assert!(links.compare(&units, 9, 9).is_err());
}

#[test]
fn the_same_marks_give_the_same_bits() {
    let drawn = drawn(8, 30, 0.7, 2);
    let fits = [(); 2].map(|()| drawn.model(Criterion::Ml).fit().unwrap());
    assert_eq!(fits[0].deviance().to_bits(), fits[1].deviance().to_bits());
    assert_eq!(fits[0].random(), fits[1].random());
}
