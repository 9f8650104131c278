//! Bursts, floods, series, ceilings and last days.

use inference::gaming::*;
use inference::random::Random;

use super::data::{Design, chance, counts, design, sum};

/// 60 days: five working days, a slow Saturday, hardly a Sunday; and a campaign day with ten times as many where asked for.
fn days(campaign: bool) -> Vec<f64> {
    let week = [1.3, 1.0, 1.0, 0.9, 1.1, 0.4, 0.1];
    let mut days: Vec<f64> = week.iter().copied().cycle().take(60).collect();
    if campaign {
        days[30] *= 10.0;
    }
    days
}

fn hours() -> Vec<f64> {
    let day = [4.0, 9.0, 10.0, 6.0, 2.0, 3.0, 8.0, 9.0, 6.0, 2.0];
    day.to_vec()
}

fn burst(unit: &[u64], others: &[u64], dispersion: f64, draws: &Draws) -> Vec<Answer> {
    let pool = sum(unit, others);
    let input = Bursts {
        counts: unit,
        pool: &pool,
        longest: 7,
        dispersion,
    };
    vec![bursts(&input, draws).expect("sound")]
}

fn honest_burst(random: &mut Random, draws: &Draws, n: f64, campaign: bool) -> Vec<Answer> {
    let weights = days(campaign);
    let n = random.poisson(n);
    let unit = counts(random, &weights, n);
    let others = counts(random, &weights, 1_500);
    burst(&unit, &others, 1.0, draws)
}

/// Shares that differ from unit to unit: visitors come in parties.
fn parties(random: &mut Random, weights: &[f64]) -> Vec<f64> {
    let total: f64 = weights.iter().sum();
    weights
        .iter()
        .map(|weight| random.gamma(40.0 * weight / total))
        .collect()
}

fn rows_of_peers(random: &mut Random, weights: &[f64]) -> Vec<Vec<u64>> {
    (0..30)
        .map(|_| {
            let own = parties(random, weights);
            counts(random, &own, 60)
        })
        .collect()
}

fn party_burst(random: &mut Random, draws: &Draws) -> Vec<Answer> {
    let mut peers = rows_of_peers(random, &days(false));
    let unit = peers.remove(0);
    let rows: Vec<&[u64]> = peers.iter().map(Vec::as_slice).collect();
    let spread = dispersion(&rows).expect("sound");
    let others = peers.iter().fold(vec![0; 60], |all, row| sum(&all, row));
    burst(&unit, &others, spread, draws)
}

/// A target's ratings per day, and those at the lowest level.
fn low(random: &mut Random, draws: &Draws, aimed: u64) -> Vec<Answer> {
    let mut ratings = counts(random, &days(true), 400);
    let mut lows: Vec<u64> = ratings.iter().map(|n| random.binomial(*n, 0.04)).collect();
    lows[40] += aimed;
    ratings[40] += aimed;
    let input = Bursts {
        counts: &lows,
        pool: &ratings,
        longest: 3,
        dispersion: 1.0,
    };
    vec![bursts(&input, draws).expect("sound")]
}

fn flood(unit: &[u64], pool: &[u64], dispersion: f64) -> Vec<Answer> {
    let input = Floods {
        counts: unit,
        pool,
        dispersion,
    };
    vec![floods(&input).expect("sound")]
}

/// 12 batches of 20 to 80 invitations; `keen` answers of one batch come on top.
fn batches(random: &mut Random, keen: f64) -> Vec<Answer> {
    let invited: Vec<u64> = (0..12).map(|_| 20 + random.below(61)).collect();
    let mut answers: Vec<u64> = invited.iter().map(|n| random.binomial(*n, 0.25)).collect();
    let left = invited[5] - answers[5];
    answers[5] += random.binomial(left, keen);
    flood(&answers, &invited, 1.0)
}

fn hourly(random: &mut Random, stuffed: u64) -> Vec<Answer> {
    let mut unit = counts(random, &hours(), 80);
    unit[9] += stuffed;
    let others = counts(random, &hours(), 3_000);
    flood(&unit, &sum(&unit, &others), 1.0)
}

fn party_hours(random: &mut Random) -> Vec<Answer> {
    let mut peers = rows_of_peers(random, &hours());
    let unit = peers.remove(0);
    let rows: Vec<&[u64]> = peers.iter().map(Vec::as_slice).collect();
    let spread = dispersion(&rows).expect("sound");
    let others = peers.iter().fold(vec![0; 10], |all, row| sum(&all, row));
    flood(&unit, &sum(&unit, &others), spread)
}

/// 300 ratings of two services; the first rated top with `easy`, the other with `hard`.
fn levels(random: &mut Random, easy: f64, hard: f64) -> (Vec<bool>, Vec<usize>) {
    let service: Vec<usize> = (0..300).map(|_| random.below(2) as usize).collect();
    let top = service
        .iter()
        .map(|s| chance(random, if *s == 0 { easy } else { hard }))
        .collect();
    (top, service)
}

fn run(random: &mut Random, draws: &Draws, easy: f64, hard: f64, stuffed: usize) -> Vec<Answer> {
    let (mut top, stratum) = levels(random, easy, hard);
    top[100..100 + stuffed].fill(true);
    vec![
        all_top_run(
            &Series {
                top: &top,
                stratum: &stratum,
            },
            draws,
        )
        .expect("sound"),
    ]
}

fn groups(random: &mut Random, draws: &Draws, easy: f64, hard: f64, bent: bool) -> Vec<Answer> {
    let (mut top, stratum) = levels(random, easy, hard);
    let collector: Vec<usize> = (0..300).map(|_| random.below(10) as usize).collect();
    for (top, collector) in top.iter_mut().zip(&collector) {
        *top |= bent && *collector == 3;
    }
    let series = Series {
        top: &top,
        stratum: &stratum,
    };
    vec![all_top_groups(&series, &collector, draws).expect("sound")]
}

/// 18 months with 20 ratings, 120 in one campaign month; from the 13th on `later` is the share of the top level.
fn ceiling(random: &mut Random, draws: &Draws, before: f64, later: f64) -> Vec<Answer> {
    let all: Vec<u64> = (0..18)
        .map(|m| if m == 8 { 120 } else { random.poisson(20.0) })
        .collect();
    let share = |month: usize| if month < 12 { before } else { later };
    let top: Vec<u64> = all
        .iter()
        .enumerate()
        .map(|(m, n)| random.binomial(*n, share(m)))
        .collect();
    let input = Ceiling {
        top: &top,
        all: &all,
        ceiling: 0.98,
    };
    vec![sudden_ceiling(&input, draws).expect("sound")]
}

/// Shares of last-day entries from Beta(mean · size, …), the unit's own with `padded` entries more.
fn late(random: &mut Random, mean: f64, size: f64, peers: usize, padded: u64) -> Vec<Answer> {
    let mut one = || {
        let share = random.beta(mean * size, (1.0 - mean) * size);
        let all = 20 + random.below(60);
        (random.binomial(all, share), all)
    };
    let (late, all) = one();
    let peers: Vec<(u64, u64)> = (0..peers).map(|_| one()).collect();
    let input = Deadline {
        late: late + padded,
        all: all + padded,
        peers: &peers,
    };
    vec![last_days(&input).expect("sound")]
}

pub(crate) fn honest() -> Vec<Design> {
    let mut all = vec![
        design(
            Detector::Burst,
            "weekday pattern, 60 ratings in 60 days",
            |r, d| honest_burst(r, d, 60.0, false),
        ),
        design(Detector::Burst, "a popular campaign day (10×)", |r, d| {
            honest_burst(r, d, 60.0, true)
        }),
        design(Detector::Burst, "6 ratings in 60 days", |r, d| {
            honest_burst(r, d, 6.0, true)
        }),
        design(
            Detector::Burst,
            "visitors in parties; dispersion from 29 peers",
            party_burst,
        ),
        design(
            Detector::LowBurst,
            "4 % lowest levels, a campaign day",
            |r, d| low(r, d, 0),
        ),
        design(
            Detector::BatchFlood,
            "12 unequal batches, a quarter answers",
            |r, _| batches(r, 0.0),
        ),
        design(
            Detector::HourFlood,
            "80 ratings in the hours of the day",
            |r, _| hourly(r, 0),
        ),
        design(
            Detector::HourFlood,
            "visitors in parties; dispersion from 29 peers",
            |r, _| party_hours(r),
        ),
    ];
    all.extend(honest_levels());
    all
}

/// Series, ceilings and last days.
fn honest_levels() -> Vec<Design> {
    vec![
        design(
            Detector::AllTopRun,
            "90 % and 60 % top by service",
            |r, d| run(r, d, 0.9, 0.6, 0),
        ),
        design(Detector::AllTopRun, "ceiling: 99 % top", |r, d| {
            run(r, d, 0.99, 0.99, 0)
        }),
        design(
            Detector::AllTopGroup,
            "90 % and 60 % top by service, 10 collectors",
            |r, d| groups(r, d, 0.9, 0.6, false),
        ),
        design(
            Detector::AllTopGroup,
            "ceiling: 99 % top, 10 collectors",
            |r, d| groups(r, d, 0.99, 0.99, false),
        ),
        design(
            Detector::SuddenCeiling,
            "90 % top, 18 months, a campaign month",
            |r, d| ceiling(r, d, 0.9, 0.9),
        ),
        design(
            Detector::SuddenCeiling,
            "97 % top, near the ceiling",
            |r, d| ceiling(r, d, 0.97, 0.97),
        ),
        design(Detector::SuddenCeiling, "ceiling: 99 % top", |r, d| {
            ceiling(r, d, 0.99, 0.99)
        }),
        design(
            Detector::LastDays,
            "peers alike, 30 of them, 10 % late",
            |r, _| late(r, 0.1, 500.0, 30, 0),
        ),
        design(
            Detector::LastDays,
            "peers unlike, 30 of them, 20 % late",
            |r, _| late(r, 0.2, 6.0, 30, 0),
        ),
        design(
            Detector::LastDays,
            "6 own earlier periods, 5 % late",
            |r, _| late(r, 0.05, 40.0, 6, 0),
        ),
    ]
}

pub(crate) fn attacks() -> Vec<Design> {
    vec![
        design(
            Detector::Burst,
            "15 ratings stuffed within two days on top of 60",
            |random, draws| {
                let mut unit = counts(random, &days(true), 60);
                unit[44] += 8;
                unit[45] += 7;
                let others = counts(random, &days(true), 1_500);
                burst(&unit, &others, 1.0, draws)
            },
        ),
        design(
            Detector::LowBurst,
            "8 lowest levels aimed at one target in a day",
            |r, d| low(r, d, 8),
        ),
        design(
            Detector::BatchFlood,
            "one batch of 12 answers at 70 % instead of 25 %",
            |r, _| batches(r, 0.6),
        ),
        design(
            Detector::HourFlood,
            "12 of 92 ratings entered in the last hour",
            |r, _| hourly(r, 12),
        ),
        design(
            Detector::AllTopRun,
            "30 top levels in a row of 75 % top",
            |r, d| run(r, d, 0.9, 0.6, 30),
        ),
        design(
            Detector::AllTopGroup,
            "one collector of 10 turns in top levels only",
            |r, d| groups(r, d, 0.9, 0.6, true),
        ),
        design(
            Detector::SuddenCeiling,
            "from 88 % to 99.5 % top for the last 6 months",
            |r, d| ceiling(r, d, 0.88, 0.995),
        ),
        design(
            Detector::LastDays,
            "25 entries filed on the last day where peers file 10 %",
            |r, _| late(r, 0.1, 40.0, 30, 25),
        ),
    ]
}
