//! Each kind of picture on a small fixed input, against the file it is kept in: `UPDATE=1` writes them anew.

use std::path::Path;

use rulebook::Period;
use web::charts::{self, About, Bar, Chart, Heat, Mark, Points, Rate};

const ABOUT: About<'_> = About {
    title: "图 <title>",
    desc: "“desc” & more",
};

/// That a picture is the one that is kept; and what holds of all of them.
fn assert_kept(name: &str, chart: &Chart) {
    let svg = &chart.svg;
    assert!(
        svg.contains("<title>图 &lt;title&gt;</title>"),
        "{name} has no title"
    );
    assert!(
        svg.contains("&amp; more</desc>"),
        "{name} has no description"
    );
    for never in ["style=", "<script", "fill=\"#", "NaN", "inf\"", "onload"] {
        assert!(!svg.contains(never), "{name} has {never}");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/it/golden/{name}.svg"));
    // A line for each element, so that a change can be read.
    let lines = svg.replace("><", ">\n<") + "\n";
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &lines).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == lines,
        "{name} isn't as it is kept; look at it, then write it anew with UPDATE=1:\n{lines}"
    );
}

fn periods(count: usize) -> Vec<Period> {
    let all = (1..=count).map(|month| format!("2026-{month:02}").parse().unwrap());
    all.collect()
}

fn values() -> Vec<(Period, f64)> {
    let values = [71.0, 72.5, 70.2, 73.1, 71.8, 79.4, 72.2];
    periods(7).into_iter().zip(values).collect()
}

#[test]
fn a_caterpillar_is_as_it_is_kept() {
    let bar = |name, value: f64, mark, interval| Bar {
        name,
        link: format!("/units/{}", name.len()),
        value,
        interval,
        mark,
    };
    let bars = [
        bar("青石镇党委", 88.25, Mark::Over, Some((86.0, 90.1))),
        bar("柳湾镇党委", 81.0, Mark::Plain, Some((78.5, 83.0))),
        bar(
            "A <very> long name that doesn't fit beside its row",
            74.5,
            Mark::Under,
            None,
        ),
    ];
    assert_kept(
        "caterpillar",
        &charts::caterpillar(ABOUT, &bars, Some(81.2)),
    );
}

#[test]
fn a_funnel_is_as_it_is_kept() {
    let rate = |name, count, of, low, high| Rate {
        name,
        link: "/units/t001".to_owned(),
        count,
        of,
        limits: (low, high),
    };
    let rates = [
        rate("甲", 12.0, 20.0, 0.55, 0.98),
        rate("乙", 95.0, 100.0, 0.7, 0.9),
        rate("丙", 30.0, 60.0, 0.65, 0.94),
    ];
    assert_kept("funnel", &charts::funnel(ABOUT, &rates, 0.8));
}

#[test]
fn an_xmr_chart_is_as_it_is_kept() {
    let chart = charts::xmr(ABOUT, &values(), Some(72.9), Some((68.0, 77.8)));
    assert_kept("xmr", &chart);
}

#[test]
fn a_trend_is_as_it_is_kept() {
    assert_kept("trend", &charts::trend(ABOUT, &values(), Some(75.0)));
}

#[test]
fn a_profile_is_as_it_is_kept() {
    let points = |name, full, own, mean, best| Points {
        name,
        full,
        own,
        mean,
        best,
    };
    let rows = [
        points("服务对象满意度", 20.0, 15.5, 14.0, 19.0),
        points("承诺兑现", 10.0, 10.0, 6.25, 10.0),
        points("扣分", 5.0, -1.0, 4.0, 5.0),
    ];
    assert_kept("profile", &charts::profile(ABOUT, &rows));
}

#[test]
fn a_heat_table_is_as_it_is_kept() {
    let row = |name, values: [Option<f64>; 3]| Heat {
        name,
        link: "/units/v001".to_owned(),
        values: values.into(),
    };
    let columns = ["26-10", "26-11", "26-12"].map(str::to_owned);
    let rows = [
        row("安平村", [Some(71.25), Some(80.0), None]),
        row("白水村", [Some(64.0), None, Some(90.5)]),
        row("重阳村", [Some(85.0), Some(77.7), Some(77.7)]),
    ];
    let chart = charts::heat(ABOUT, &columns, &rows);
    assert!(
        chart.svg.matches(">77.7<").count() == 2,
        "each value is told"
    );
    assert_kept("heat", &chart);
    let none = charts::heat(ABOUT, &[], &[]);
    assert!(none.svg.ends_with("</svg>") && !none.svg.contains("NaN"));
}
