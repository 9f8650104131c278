//! Judges, favours, rings and titles.

use inference::gaming::*;
use inference::random::Random;

use super::data::{Design, chance, design, pick};

struct Jury {
    judge: Vec<usize>,
    object: Vec<usize>,
    mark: Vec<f64>,
}

/// 8 judges mark 25 objects, each pair with probability `share`; marks 0–10 in halves, held at 10; judge 0 keeps `flat` of the differences.
fn jury(random: &mut Random, mean: f64, share: f64, flat: f64) -> Jury {
    let severity: Vec<f64> = (0..8).map(|_| 0.5 * random.normal()).collect();
    let merit: Vec<f64> = (0..25).map(|_| random.normal()).collect();
    let mut jury = Jury {
        judge: Vec::new(),
        object: Vec::new(),
        mark: Vec::new(),
    };
    for (judge, severity) in severity.iter().enumerate() {
        for (object, merit) in merit.iter().enumerate() {
            if chance(random, share) {
                let keep = if judge == 0 { flat } else { 1.0 };
                let mark = mean + severity + keep * (merit + 0.7 * random.normal());
                jury.judge.push(judge);
                jury.object.push(object);
                jury.mark
                    .push((libm::round(2.0 * mark) / 2.0).clamp(0.0, 10.0));
            }
        }
    }
    jury
}

fn spread(jury: &Jury, draws: &Draws) -> Vec<Answer> {
    let marks = Marks {
        judges: 8,
        objects: 25,
        judge: &jury.judge,
        object: &jury.object,
        mark: &jury.mark,
    };
    without_spread(&marks, draws).expect("sound")
}

/// `count` people mark each other, each pair of directions with probability `share`; in `friends` pairs both add 1.5.
fn favours(
    random: &mut Random,
    draws: &Draws,
    count: usize,
    share: f64,
    friends: usize,
    ordinal: bool,
) -> Vec<Answer> {
    let give: Vec<f64> = (0..count).map(|_| random.normal()).collect();
    let get: Vec<f64> = (0..count).map(|_| random.normal()).collect();
    let (mut from, mut to, mut mark) = (Vec::new(), Vec::new(), Vec::new());
    for (a, give) in give.iter().enumerate() {
        for (b, get) in get.iter().enumerate() {
            let bound = a / 2 == b / 2 && a / 2 < friends;
            if a != b && (bound || chance(random, share)) {
                let value = 7.5
                    + 0.6 * give
                    + 0.6 * get
                    + 0.8 * random.normal()
                    + if bound { 1.5 } else { 0.0 };
                from.push(a);
                to.push(b);
                mark.push(if ordinal {
                    libm::round(value).clamp(1.0, 9.0)
                } else {
                    value
                });
            }
        }
    }
    let input = Favours {
        count,
        from: &from,
        to: &to,
        mark: &mark,
    };
    vec![back_scratching(&input, draws).expect("sound")]
}

/// Raters and what each of them rated at the top level.
pub(crate) struct Crowd {
    pub(crate) raters: usize,
    pub(crate) ring: usize,
    rater: Vec<usize>,
    unit: Vec<usize>,
    marked: Vec<bool>,
    stratum: Vec<usize>,
}

const UNITS: usize = 150;

/// Each rater rates 4–14 of 150 units, popular ones more often (Zipf), 80 % at the top level; with `areas` only in one of five areas of
/// 30 units. The first `ring` raters also give `favoured` units of the less popular half the top level each with probability 0.8.
pub(crate) fn crowd(
    random: &mut Random,
    raters: usize,
    areas: bool,
    ring: usize,
    favoured: usize,
) -> Crowd {
    let mut crowd = Crowd {
        raters,
        ring,
        rater: Vec::new(),
        unit: Vec::new(),
        marked: Vec::new(),
        stratum: Vec::new(),
    };
    for rater in 0..raters {
        let area = random.below(5) as usize;
        crowd.stratum.push(if areas { area } else { 0 });
        let near = |unit: usize| !areas || unit % 5 == area;
        let weights: Vec<f64> = (0..UNITS)
            .map(|unit| {
                if near(unit) {
                    1.0 / (unit as f64 + 10.0)
                } else {
                    0.0
                }
            })
            .collect();
        let mut seen = [false; UNITS];
        (0..4 + random.below(11)).for_each(|_| seen[pick(random, &weights)] = true);
        for (unit, _) in seen.iter().enumerate().filter(|(_, seen)| **seen) {
            let top = chance(random, 0.8);
            crowd.add(rater, unit, top);
        }
        if rater < ring {
            for i in 0..favoured {
                if chance(random, 0.8) {
                    crowd.add(rater, 80 + 10 * i, true);
                }
            }
        }
    }
    crowd
}

impl Crowd {
    fn add(&mut self, rater: usize, unit: usize, marked: bool) {
        self.rater.push(rater);
        self.unit.push(unit);
        self.marked.push(marked);
    }

    pub(crate) fn ask(&self, draws: &Draws) -> Vec<Answer> {
        let ratings = Ratings {
            raters: self.raters,
            units: UNITS,
            rater: &self.rater,
            unit: &self.unit,
            marked: &self.marked,
            stratum: &self.stratum,
        };
        rings(
            &ratings,
            &Draws {
                draws: 29,
                ..*draws
            },
        )
        .expect("sound")
    }
}

/// 10 periods, one title, 8 candidates with merit weights.
fn titles(random: &mut Random, draws: &Draws, skew: f64, barred: usize) -> Vec<Answer> {
    let weights: Vec<f64> = (0..8).map(|_| libm::exp(skew * random.normal())).collect();
    let mut winners: Vec<usize> = Vec::new();
    for period in 0..10_usize {
        let resting = &winners[period.saturating_sub(barred)..];
        let able: Vec<f64> = weights
            .iter()
            .enumerate()
            .map(|(c, w)| if resting.contains(&c) { 0.0 } else { *w })
            .collect();
        winners.push(pick(random, &able));
    }
    let rows: Vec<&[usize]> = winners.chunks(1).collect();
    let input = Titles {
        winners: &rows,
        candidates: 8,
        barred,
    };
    vec![titles_in_turns(&input, draws).expect("sound")]
}

fn in_turns(candidates: usize, winners: &[usize], draws: &Draws) -> Vec<Answer> {
    let rows: Vec<&[usize]> = winners.chunks(1).collect();
    let input = Titles {
        winners: &rows,
        candidates,
        barred: 0,
    };
    vec![titles_in_turns(&input, draws).expect("sound")]
}

/// A graph is dear to draw, and all raters' draws are ranked together: few do.
const FEW: usize = 29;

pub(crate) fn honest() -> Vec<Design> {
    vec![
        design(
            Detector::NoSpread,
            "8 judges × 25 objects, all marked",
            |r, d| {
                let j = jury(r, 6.0, 1.0, 1.0);
                spread(&j, d)
            },
        ),
        design(Detector::NoSpread, "half of the pairs marked", |r, d| {
            let j = jury(r, 6.0, 0.5, 1.0);
            spread(&j, d)
        }),
        design(
            Detector::NoSpread,
            "ceiling: mean 9.5 of 10, held at 10",
            |r, d| {
                let j = jury(r, 9.5, 1.0, 1.0);
                spread(&j, d)
            },
        ),
        design(
            Detector::BackScratching,
            "12 people, all mark all",
            |r, d| favours(r, d, 12, 1.0, 0, false),
        ),
        design(
            Detector::BackScratching,
            "40 people, three in ten pairs, marks 1–9",
            |r, d| favours(r, d, 40, 0.3, 0, true),
        ),
        design(
            Detector::Ring,
            "400 raters, popular and unpopular units",
            |r, d| crowd(r, 400, false, 0, 0).ask(&Draws { draws: FEW, ..*d }),
        ),
        design(
            Detector::Ring,
            "400 raters in five areas, as strata",
            |r, d| crowd(r, 400, true, 0, 0).ask(&Draws { draws: FEW, ..*d }),
        ),
        design(
            Detector::TitlesInTurns,
            "8 candidates of equal merit, 10 periods",
            |r, d| titles(r, d, 0.0, 0),
        ),
        design(
            Detector::TitlesInTurns,
            "8 candidates of unequal merit, 10 periods",
            |r, d| titles(r, d, 1.0, 0),
        ),
        design(
            Detector::TitlesInTurns,
            "a rule bars winners for two periods",
            |r, d| titles(r, d, 0.5, 2),
        ),
    ]
}

pub(crate) fn attacks() -> Vec<Design> {
    vec![
        design(
            Detector::NoSpread,
            "a judge keeps a quarter of the differences",
            |random, draws| {
                let jury = jury(random, 6.0, 1.0, 0.25);
                spread(&jury, draws).into_iter().take(1).collect()
            },
        ),
        design(
            Detector::BackScratching,
            "5 of 66 pairs add 1.5 marks (1.9 σ) for each other",
            |r, d| favours(r, d, 12, 1.0, 5, false),
        ),
        design(
            Detector::Ring,
            "4 of 400 raters (1 %) push 5 units",
            |random, draws| {
                let crowd = crowd(random, 400, false, 4, 5);
                crowd
                    .ask(&Draws {
                        draws: FEW,
                        ..*draws
                    })
                    .into_iter()
                    .take(4)
                    .collect()
            },
        ),
        design(
            Detector::TitlesInTurns,
            "4 of 8 candidates take turns, 16 periods",
            |_, draws| in_turns(8, &[0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3], draws),
        ),
        design(
            Detector::TitlesInTurns,
            "12 candidates, 12 periods, 12 winners",
            |_, draws| in_turns(12, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], draws),
        ),
    ]
}
