//! Comments, and figures.

use inference::gaming::*;
use inference::random::Random;

use super::data::{Design, chance, design, pick};

/// Stock phrases, the commonest first.
const STOCK: [&str; 16] = [
    "很好",
    "满意",
    "非常满意",
    "好",
    "不错",
    "服务态度很好",
    "很满意!",
    "谢谢",
    "办事效率高",
    "工作人员态度很好，办事效率高",
    "态度好，速度快",
    "点赞",
    "服务周到",
    "希望继续保持",
    "没有意见",
    "窗口人员很热情，解答很耐心，非常满意",
];

/// What people put sentences together from.
const PIECES: [&str; 40] = [
    "窗口",
    "排队时间",
    "材料",
    "医保报销",
    "社保卡",
    "营业执照",
    "工作人员",
    "大厅",
    "停车位",
    "自助机",
    "一次就办好了",
    "等了半个小时",
    "跑了两趟",
    "解释得很清楚",
    "有点慢",
    "比以前快多了",
    "态度和气",
    "需要改进",
    "希望中午也能办",
    "找不到地方",
    "网上提交以后",
    "打电话没人接",
    "帮我复印了证件",
    "下雨天还借了伞",
    "老人不会用手机",
    "标识不清楚",
    "流程简单",
    "退回来一次",
    "说法不一样",
    "第二天就拿到了",
    "非常感谢",
    "建议多开一个口",
    "孩子上学",
    "户口迁移",
    "公积金提取",
    "不动产登记",
    "表格太复杂",
    "志愿者很热心",
    "环境干净",
    "空调太冷",
];

/// A honest comment: a stock phrase by Zipf's law with probability `stock`, else one to six pieces.
fn comment(random: &mut Random, stock: f64) -> String {
    if chance(random, stock) {
        let zipf: Vec<f64> = (1..=STOCK.len()).map(|rank| 1.0 / rank as f64).collect();
        return STOCK[pick(random, &zipf)].to_owned();
    }
    let pieces = 1 + random.below(6);
    let parts: Vec<&str> = (0..pieces)
        .map(|_| PIECES[random.below(40) as usize])
        .collect();
    parts.join("，")
}

fn write(random: &mut Random, n: usize, stock: f64) -> Vec<String> {
    (0..n).map(|_| comment(random, stock)).collect()
}

fn ask(own: &[String], others: &[String]) -> Vec<Answer> {
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    let others: Vec<&str> = others.iter().map(String::as_str).collect();
    let input = Comments {
        comments: &own,
        others: &others,
        alike: 0.7,
    };
    vec![copied_comments(&input).expect("sound")]
}

fn honest_comments(random: &mut Random, n: usize, others: usize, stock: f64) -> Vec<Answer> {
    let own = write(random, n, stock);
    let others = write(random, others, stock);
    ask(&own, &others)
}

/// A local habit: half of this unit's visitors write the four characters that the clerk suggests.
fn habit(random: &mut Random) -> Vec<Answer> {
    let mut own = write(random, 120, 0.6);
    own.iter_mut()
        .step_by(2)
        .for_each(|text| *text = "五星好评".to_owned());
    let others = write(random, 400, 0.6);
    ask(&own, &others)
}

/// `copies` of one text of 30 characters or so, each with one character changed, put in place of honest ones.
fn copies(random: &mut Random, copies: usize) -> Vec<Answer> {
    let mut own = write(random, 100, 0.6);
    let model = "这里的工作人员服务热情周到业务熟练一次性告知所需材料让群众少跑腿值得表扬";
    for text in own.iter_mut().take(copies) {
        let at = random.below(model.chars().count() as u64) as usize;
        *text = model
            .chars()
            .enumerate()
            .map(|(i, c)| if i == at { '很' } else { c })
            .collect();
    }
    let others = write(random, 300, 0.6);
    ask(&own, &others)
}

fn sums(random: &mut Random, n: usize, sigma: f64) -> Vec<f64> {
    (0..n)
        .map(|_| libm::round(100.0 * libm::exp(8.0 + sigma * random.normal())) / 100.0)
        .collect()
}

fn marks(random: &mut Random, n: usize) -> Vec<f64> {
    (0..n).map(|_| 66.0 + 12.0 * random.normal()).collect()
}

fn heap(values: &[f64], width: f64, draws: &Draws) -> Vec<Answer> {
    let input = Heap {
        values,
        threshold: 60.0,
        width,
    };
    vec![heap_at_threshold(&input, draws).expect("sound")]
}

/// Skewed marks out of 100, in whole points.
fn skewed(random: &mut Random, draws: &Draws) -> Vec<Answer> {
    let values: Vec<f64> = (0..600)
        .map(|_| libm::floor(100.0 * random.beta(7.0, 3.0)))
        .collect();
    heap(&values, 3.0, draws)
}

/// Markers who like multiples of 5: bins of 5 hold one each.
fn fives(random: &mut Random, draws: &Draws) -> Vec<Answer> {
    let mut values = marks(random, 500);
    for value in &mut values {
        let to = if chance(random, 0.4) { 5.0 } else { 1.0 };
        *value = to * libm::floor(*value / to);
    }
    heap(&values, 5.0, draws)
}

fn lifted(random: &mut Random, draws: &Draws) -> Vec<Answer> {
    let mut values = marks(random, 400);
    for value in &mut values {
        if (57.0..60.0).contains(value) && chance(random, 0.6) {
            *value += 3.0;
        }
    }
    heap(&values, 3.0, draws)
}

/// Hours or visits, measured in whole numbers; a share `rounded` to tens.
fn whole(random: &mut Random, n: usize, skew: bool, rounded: f64) -> Vec<Answer> {
    let values: Vec<i64> = (0..n)
        .map(|_| {
            let value = if skew {
                60.0 * random.gamma(2.0)
            } else {
                66.0 + 12.0 * random.normal()
            };
            let step = if chance(random, rounded) { 10.0 } else { 1.0 };
            (step * libm::round(value / step)) as i64
        })
        .collect();
    vec![round_numbers(&values, 10).expect("sound")]
}

pub(crate) fn honest() -> Vec<Design> {
    let mut all = vec![
        design(
            Detector::CopiedComments,
            "60 % Chinese stock phrases, 400 others",
            |r, _| honest_comments(r, 120, 400, 0.6),
        ),
        design(
            Detector::CopiedComments,
            "90 % Chinese stock phrases, 400 others",
            |r, _| honest_comments(r, 120, 400, 0.9),
        ),
        design(
            Detector::CopiedComments,
            "free sentences of common pieces, 50 others",
            |r, _| honest_comments(r, 300, 50, 0.1),
        ),
        design(
            Detector::CopiedComments,
            "60 % stock phrases, nothing to compare with",
            |r, _| honest_comments(r, 60, 0, 0.6),
        ),
        design(
            Detector::CopiedComments,
            "half of a unit's visitors write 五星好评",
            |r, _| habit(r),
        ),
    ];
    all.extend(honest_figures());
    all
}

/// Figures.
fn honest_figures() -> Vec<Design> {
    vec![
        design(
            Detector::Benford,
            "sums of money, log-normal σ = 1.7, n = 400",
            |r, d| vec![benford(&sums(r, 400, 1.7), d).expect("sound")],
        ),
        design(
            Detector::Benford,
            "sums of money, log-normal σ = 2.5, n = 3,000",
            |r, d| vec![benford(&sums(r, 3_000, 2.5), d).expect("sound")],
        ),
        design(
            Detector::Benford,
            "narrow figures, σ = 0.4: must be refused",
            |r, d| vec![benford(&sums(r, 400, 0.4), d).expect("sound")],
        ),
        design(Detector::Threshold, "bell-shaped marks, n = 400", |r, d| {
            let v = marks(r, 400);
            heap(&v, 3.0, d)
        }),
        design(
            Detector::Threshold,
            "skewed marks in whole points, n = 600",
            skewed,
        ),
        design(
            Detector::Threshold,
            "40 % rounded down to fives, bins of five",
            fives,
        ),
        design(
            Detector::RoundNumbers,
            "bell-shaped whole numbers, n = 300",
            |r, _| whole(r, 300, false, 0.0),
        ),
        design(
            Detector::RoundNumbers,
            "skewed whole numbers, n = 300",
            |r, _| whole(r, 300, true, 0.0),
        ),
    ]
}

pub(crate) fn attacks() -> Vec<Design> {
    vec![
        design(
            Detector::CopiedComments,
            "5 of 100 comments copied, one character changed in each",
            |r, _| copies(r, 5),
        ),
        design(
            Detector::CopiedComments,
            "3 of 100 comments copied, one character changed in each",
            |r, _| copies(r, 3),
        ),
        design(
            Detector::Benford,
            "120 of 400 sums made up, every first digit as often",
            |random, draws| {
                let mut values = sums(random, 280, 1.7);
                values.extend((0..120).map(|_| {
                    libm::exp10((2 + random.below(4)) as f64) * (1.0 + 9.0 * random.uniform())
                }));
                vec![benford(&values, draws).expect("sound")]
            },
        ),
        design(
            Detector::Threshold,
            "60 % of those up to 3 points short lifted over the mark, n = 400",
            lifted,
        ),
        design(
            Detector::RoundNumbers,
            "20 % of 300 figures rounded to tens",
            |r, _| whole(r, 300, false, 0.2),
        ),
    ]
}
