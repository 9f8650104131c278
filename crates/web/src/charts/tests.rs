use super::*;

const ABOUT: About<'_> = About {
    title: "得分 <1>",
    desc: "A & B",
};

fn bar(value: f64) -> Bar<'static> {
    Bar {
        name: "城关镇党委",
        link: "/units/t01".to_owned(),
        value,
        interval: Some((value - 1.0, value + 1.0)),
        mark: Mark::Plain,
    }
}

#[test]
fn names_and_titles_are_escaped_and_every_value_is_told() {
    let svg = caterpillar(ABOUT, &[bar(81.25), bar(79.5)], Some(80.0)).svg;
    assert!(svg.contains("<title>得分 &lt;1&gt;</title><desc>A &amp; B</desc>"));
    assert!(svg.contains(">81.25<") && svg.contains(">79.5<"));
    assert!(svg.contains("href=\"/units/t01\"") && !svg.contains("style="));
}

#[test]
fn nothing_and_one_value_can_be_drawn() {
    let one: Vec<(Period, f64)> = vec![("2026-01".parse().unwrap(), 3.0)];
    for Chart { svg, .. } in [
        caterpillar(ABOUT, &[], None),
        funnel(ABOUT, &[], 0.5),
        trend(ABOUT, &one, Some(4.0)),
        xmr(ABOUT, &[], None, None),
        profile(ABOUT, &[]),
    ] {
        assert!(svg.starts_with("<svg") && svg.ends_with("</svg>"));
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }
}
