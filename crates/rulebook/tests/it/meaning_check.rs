//! Every code of the checks of meaning, each from a campaign that is wrong in that one way.

use std::collections::BTreeSet;

use rulebook::check::{CODES, burden, kind_shares};
use rulebook::{Lang, Severity};

use crate::meaning_bench::{Bench, shown};

/// What the schemes of these tests start with.
const TOP: &str = "category = \"town\"\ntotal = 100\n\
    defaults = { missing = \"class-mean\", not_applicable = \"drop\", kind = \"outcome\" }\n";
const LINEAR: &str = "rule = { linear = { zero = 0, full = 1 } }";

/// An item of a scheme: the list it stands in, its id, the rest of its keys.
fn item(list: &str, id: &str, rest: &str) -> String {
    format!(
        "[[{list}]]\nid = \"{id}\"\nname = {{ zh = \"条目{id}\", en = \"Item {id}\" }}\n{rest}\n"
    )
}

fn indicator(id: &str, measure: &str, rest: &str) -> String {
    item("indicator", id, &format!("measure = \"{measure}\"\n{rest}"))
}

/// Two measures, without a scheme.
fn measured() -> Bench {
    Bench::new().measure("m", "").measure("n", "")
}

/// A sound scheme: keys of the scheme as a whole, then its items.
fn scheme(keys: &str, items: &str) -> String {
    let a = indicator("a", "m", &format!("points = 60\n{LINEAR}"));
    let b = indicator("b", "n", &format!("points = 40\n{LINEAR}"));
    format!("{TOP}{keys}\n{a}{b}{items}")
}

/// A sound campaign but for more keys and items of its scheme.
fn with(keys: &str, items: &str) -> Bench {
    measured().scheme("s", &scheme(keys, items))
}

/// A campaign whose only indicator has 100 points, other keys, and a measure with a range.
fn only(range: &str, keys: &str) -> Bench {
    let text = format!(
        "{TOP}{}",
        indicator("a", "m", &format!("points = 100\n{keys}"))
    );
    Bench::new().measure("m", range).scheme("s", &text)
}

/// A scheme made by weights.
fn index(items: &str) -> Bench {
    let keys = TOP.replace("total = 100", "aggregate = \"mean\"");
    let text = format!("{keys}{}{items}", indicator("a", "m", LINEAR));
    Bench::new().measure("m", "").scheme("s", &text)
}

const PERCENT: &str = "range = { min = 0, max = 100 }";
const FORM: &str =
    "filled_by = \"clerk\"\nsubject = \"own-unit\"\nevery = \"month\"\nminutes = 30\n";
const ROLE: &str = "[[role]]\nid = \"clerk\"\nname = { zh = \"办事员\", en = \"Clerk\" }\n";

fn field(id: &str, kind: &str, rest: &str) -> String {
    item("field", id, &format!("type = \"{kind}\"\n{rest}"))
}

/// A sound campaign with a form of one field and a measure `f` tallied from it.
fn formed(tally: &str, fields: &str) -> Bench {
    let filled = format!("filled_by = {{ form = {tally} }}");
    let extra = item(
        "bonus",
        "extra",
        "measure = \"f\"\nrule = { earn = { per_case = 1, at_most = 2 } }",
    );
    Bench::new()
        .file(ROLE)
        .measure("m", "")
        .measure("n", "")
        .measure("f", &filled)
        .form("visits", &format!("{FORM}{fields}"))
        .scheme("s", &scheme("", &extra))
}

/// A sound campaign with one band list.
fn banded(keys: &str, bands: &[(&str, &str)]) -> Bench {
    let bands: String = bands
        .iter()
        .map(|(id, rest)| item("band", id, rest))
        .collect();
    with(keys, &bands)
}

type Case = (&'static str, &'static str, Bench);

fn case(code: &'static str, place: &'static str, bench: Bench) -> Case {
    (code, place, bench)
}

#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn name_cases() -> Vec<Case> {
    let office = "office = \"x\"\n";
    let twice = indicator(
        "a",
        "m",
        "points = 1\nrule = { linear = { zero = 0, full = 2 } }",
    );
    let role = FORM.replace("clerk", "clrk");
    let misused = item("group", "g", "group = \"h\"");
    vec![
        case(
            "duplicate-id",
            "schemes/s.toml:indicator[2].id",
            with("", &twice),
        ),
        case(
            "duplicate-id",
            "measures.toml:measure[2].id",
            measured().measure("m", "").scheme("s", &scheme("", "")),
        ),
        case(
            "unknown-category",
            "schemes/t.toml:category",
            with("", "").scheme("t", &scheme("", "").replace("town", "twon")),
        ),
        case(
            "unknown-group",
            "schemes/s.toml:indicator[0].group",
            only("", &format!("group = \"g\"\n{LINEAR}")),
        ),
        case(
            "unknown-group",
            "schemes/s.toml:group[0].group",
            with("", &misused).scheme_with("measure = \"n\"", "group = \"g\"\nmeasure = \"n\""),
        ),
        case(
            "unknown-measure",
            "schemes/s.toml:tie_break[0].higher",
            with("tie_break = [{ higher = \"mm\" }]", ""),
        ),
        case(
            "unknown-measure",
            "measures.toml:measure[0].count",
            only("count = \"cases\"", LINEAR),
        ),
        case(
            "unknown-office",
            "schemes/s.toml:indicator[0].office",
            only("", &format!("{office}{LINEAR}")),
        ),
        case(
            "unknown-attribute",
            "schemes/s.toml:peers.attribute",
            with("peers = { attribute = \"region\" }", ""),
        ),
        case(
            "unknown-role",
            "forms/visits.toml:filled_by",
            with("", "").form("visits", &role),
        ),
        case(
            "unknown-form",
            "measures.toml:measure[2].filled_by.form.form",
            formed("{ form = \"visit\", tally = \"count\" }", ""),
        ),
        case(
            "unknown-field",
            "measures.toml:measure[2].filled_by.form.field",
            formed(
                "{ form = \"visits\", field = \"day\", tally = \"sum\" }",
                &field("days", "number", ""),
            ),
        ),
        case(
            "unknown-band",
            "schemes/s.toml:veto[0].effect.bars",
            with(
                "",
                &item("veto", "v", "measure = \"m\"\neffect = { bars = \"top\" }"),
            ),
        ),
        case(
            "unknown-item",
            "schemes/s.toml:tie_break[0].points",
            with("tie_break = [{ points = \"c\" }]", ""),
        ),
        case(
            "unknown-open-key",
            "schemes/s.toml:indicator[0].open[0]",
            only("", &format!("open = [\"point\"]\n{LINEAR}")),
        ),
        case(
            "unknown-name",
            "schemes/s.toml:indicator[0].rule.formula",
            only("", "rule = { formula = \"x * y\" }"),
        ),
        case(
            "bad-formula",
            "schemes/s.toml:indicator[0].rule.formula",
            only("", "rule = { formula = \"x *\" }"),
        ),
        case(
            "bad-formula",
            "schemes/s.toml:band[0].when",
            banded("", &[("top", "when = \"score\"")]),
        ),
        case(
            "formula-circle",
            "measures.toml:measure[0].filled_by.formula",
            only("filled_by = { formula = \"m + 1\" }", LINEAR),
        ),
        case(
            "no-denominator",
            "schemes/s.toml:prepare[0].denominate.only[0]",
            with("prepare = [{ denominate = { only = [\"m\"] } }]", ""),
        ),
    ]
}

fn unit_case() -> Case {
    case(
        "unknown-unit",
        "schemes/s.toml:indicator[0].rule.distance_to.unit",
        only("", "rule = { distance_to = { unit = \"best\" } }").unit("worst", "town"),
    )
}

#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn rule_cases() -> Vec<Case> {
    let a = "schemes/s.toml:indicator[0].rule";
    let rule = |code, key: &str, range: &str, rule: &str| -> Case {
        let place = if key.is_empty() {
            a.to_owned()
        } else {
            format!("{a}.{key}")
        };
        (code, place.leak(), only(range, &format!("rule = {rule}")))
    };
    vec![
        rule(
            "senseless-rule",
            "linear.full",
            "",
            "{ linear = { zero = 1, full = 1 } }",
        ),
        rule(
            "against-direction",
            "linear.full",
            "",
            "{ linear = { zero = 1, full = 0 } }",
        ),
        rule(
            "against-direction",
            "progress.full",
            "",
            "{ progress = { as = \"ratio\", zero = 1, full = 0 } }",
        ),
        rule(
            "unreachable-rule",
            "linear.full",
            PERCENT,
            "{ linear = { zero = 0, full = 101 } }",
        ),
        rule(
            "unreachable-rule",
            "threshold.pass",
            PERCENT,
            "{ threshold = { pass = 120, lose = 1, per = 1 } }",
        ),
        rule(
            "points-over",
            "threshold.lose",
            PERCENT,
            "{ threshold = { pass = 90, lose = 101, per = 1 } }",
        ),
        rule(
            "senseless-rule",
            "threshold.lose",
            "",
            "{ threshold = { pass = 90, lose = 0, per = 1 } }",
        ),
        rule(
            "step-order",
            "steps.step[1].at",
            "",
            "{ steps = { step = [{ at = 1, points = 100 }, { at = 2, points = 50 }] } }",
        ),
        rule(
            "step-order",
            "steps.step[1].points",
            "",
            "{ steps = { step = [{ at = 2, points = 100 }, { at = 1, points = 100 }] } }",
        ),
        rule(
            "points-over",
            "steps.step[0].points",
            "",
            "{ steps = { step = [{ at = 2, points = 101 }] } }",
        ),
        rule(
            "unreachable-rule",
            "steps.step",
            "",
            "{ steps = { step = [{ at = 2, points = 99 }] } }",
        ),
        rule(
            "unreachable-rule",
            "steps.step[0].at",
            PERCENT,
            "{ steps = { step = [{ at = 200, points = 100 }, { at = 2, points = 99 }] } }",
        ),
        rule(
            "unreachable-rule",
            "steps.step[0].at",
            PERCENT,
            "{ steps = { step = [{ at = 0, points = 100 }, { at = -1, points = 9 }] } }",
        ),
        rule(
            "senseless-rule",
            "deduct.per_case",
            "",
            "{ deduct = { per_case = 0 } }",
        ),
        rule(
            "unreachable-rule",
            "earn.per_case",
            PERCENT,
            "{ earn = { per_case = 0.5 } }",
        ),
        rule(
            "unreachable-rule",
            "earn.at_most",
            "",
            "{ earn = { per_case = 1, at_most = 50 } }",
        ),
        rule(
            "unreachable-rule",
            "strikes.zero_at",
            PERCENT,
            "{ strikes = { zero_at = 101 } }",
        ),
        rule(
            "points-over",
            "rank_table.points",
            "",
            "{ rank_table = { points = [101, 5] } }",
        ),
        rule(
            "step-order",
            "rank_table.points[2]",
            "",
            "{ rank_table = { points = [100, 5, 6] } }",
        ),
        rule(
            "shares-over-100",
            "rank_share.share",
            "",
            "{ rank_share = { share = [{ percent = 60, points = 100 }, { percent = 41, points = 1 }] } }",
        ),
        rule(
            "unreachable-rule",
            "rank_share.rest",
            "",
            "{ rank_share = { rest = 1, share = [{ percent = 100, points = 100 }] } }",
        ),
        rule(
            "senseless-rule",
            "ratio_to_target.target",
            "",
            "{ ratio_to_target = { target = 0 } }",
        ),
        rule(
            "progress-target",
            "progress.as",
            "",
            "{ progress = { as = \"gap\", zero = 0, full = 1 } }",
        ),
        rule(
            "progress-target",
            "progress.target",
            "",
            "{ progress = { as = \"ratio\", target = 3, zero = 0, full = 1 } }",
        ),
        rule(
            "log-goalposts",
            "goalposts.zero",
            "",
            "{ goalposts = { zero = 0, full = 1, scale = \"log\" } }",
        ),
        rule("unbounded-rule", "", "", "\"as-is\""),
        rule("unbounded-rule", "z_score", "", "{ z_score = { low = 0 } }"),
        rule(
            "points-over",
            "min_max.high",
            "",
            "{ min_max = { high = 101 } }",
        ),
        rule("distance-target", "distance_to", "", "{ distance_to = {} }"),
        (
            "unreachable-rule",
            "schemes/s.toml:veto[0].at_least",
            measured().measure("v", PERCENT).scheme(
                "s",
                &scheme(
                    "",
                    &item(
                        "veto",
                        "v",
                        "measure = \"v\"\nat_least = 101\neffect = { score_at_most = 59 }",
                    ),
                ),
            ),
        ),
    ]
}

#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn point_cases() -> Vec<Case> {
    let group = |rest: &str| item("group", "g", rest);
    let inside = |points: u32| {
        indicator(
            "c",
            "p",
            &format!("group = \"g\"\npoints = {points}\n{LINEAR}"),
        )
    };
    let grouped = |points: u32, rest: &str| {
        let a = indicator("a", "m", &format!("points = 90\n{LINEAR}"));
        let text = format!("{TOP}{}{a}{}", group(rest), inside(points));
        Bench::new()
            .measure("m", "")
            .measure("p", "")
            .scheme("s", &text)
    };
    let paper = "kind = \"paper\"\n";
    let base = format!(
        "{TOP}{}",
        indicator("a", "m", &format!("points = 85\n{LINEAR}"))
    );
    let frame = base.replace("category = \"town\"", "lock = true\nfree_points = 15");
    let child = |rest: &str| format!("extends = \"frame\"\ncategory = \"town\"\n{rest}");
    let own = |points: u32| indicator("own", "n", &format!("points = {points}\n{LINEAR}"));
    let framed = |rest: &str| measured().scheme("frame", &frame).scheme("s", &child(rest));
    vec![
        case(
            "points-sum",
            "schemes/s.toml:total",
            with("", "").scheme_with("total = 100", "total = 101"),
        ),
        case(
            "points-sum",
            "schemes/s.toml:group[0].points",
            grouped(9, "points = 10"),
        ),
        case("points-sum", "schemes/s.toml:extends", framed(&own(14))),
        case(
            "points-sum",
            "schemes/frame.toml:total",
            framed(&own(15)).scheme_with("free_points = 15", "free_points = 16"),
        ),
        case(
            "over-budget",
            "schemes/s.toml:indicator[0].points",
            framed(&own(16)),
        ),
        case(
            "broken-lock",
            "schemes/s.toml:total",
            framed(&format!("total = 99\n{}", own(15))),
        ),
        case(
            "no-points",
            "schemes/s.toml:indicator[2]",
            with("", &indicator("c", "m", "rule = \"ratio-to-best\"")),
        ),
        case(
            "points-in-mean",
            "schemes/s.toml:indicator[1].points",
            index(&indicator("c", "m", "points = 1\nrule = \"ratio-to-best\"")),
        ),
        case(
            "weight-in-sum",
            "schemes/s.toml:indicator[0].weight",
            only("", &format!("weight = 2\n{LINEAR}")),
        ),
        case("mean-in-sum", "schemes/s.toml:group[0].aggregate", {
            grouped(10, "aggregate = \"mean\"")
                .scheme_with("group = \"g\"\npoints = 10", "group = \"g\"")
        }),
        case(
            "zero-weights",
            "schemes/s.toml:aggregate",
            index("").scheme_with(LINEAR, &format!("weight = 0\n{LINEAR}")),
        ),
        case(
            "total-of-weights",
            "schemes/s.toml:total",
            index("").scheme_with("aggregate", "total = 1\naggregate"),
        ),
        case(
            "empty-group",
            "schemes/s.toml:group[0]",
            with("", &group("")),
        ),
        case("group-circle", "schemes/s.toml:group[0].group", {
            with(
                "",
                &format!(
                    "{}{}",
                    group("group = \"h\""),
                    item("group", "h", "group = \"g\"")
                ),
            )
        }),
        case(
            "unreachable-rule",
            "schemes/s.toml:group[0].at_least",
            grouped(10, "at_least = 2"),
        ),
        case("no-rule", "schemes/s.toml:indicator[0]", only("", "")),
        case(
            "no-missing-policy",
            "schemes/s.toml:indicator[0]",
            with("", "").scheme_with("missing = \"class-mean\", ", ""),
        ),
        case(
            "no-not-applicable-policy",
            "schemes/s.toml:indicator[0]",
            with("", "").scheme_with(" not_applicable = \"drop\",", ""),
        ),
        case("no-kind", "schemes/s.toml:indicator[0]", {
            with("", "")
                .file("[limits]\npaper_percent = 15\n")
                .scheme_with(", kind = \"outcome\"", "")
        }),
        case("paper-share", "schemes/s.toml:total", {
            let bench = with("", "").file("[limits]\npaper_percent = 39.9\n");
            bench.scheme_with("points = 40", &format!("{paper}points = 40"))
        }),
    ]
}

fn fact_cases() -> Vec<Case> {
    let days = field("days", "number", "fact = \"days\"");
    let sum = "{ form = \"visits\", field = \"days\", tally = \"sum\" }";
    vec![
        case(
            "unfilled-measure",
            "measures.toml:measure[0]",
            only("", LINEAR).file_with("figures = { source = \"file\" }", ""),
        ),
        case(
            "unfit-tally",
            "measures.toml:measure[2].filled_by.form.tally",
            formed("{ form = \"visits\", tally = \"sum\" }", ""),
        ),
        case(
            "empty-range",
            "measures.toml:measure[0].range",
            only("range = { min = 1, max = 1 }", LINEAR),
        ),
        case(
            "unfit-noise",
            "measures.toml:measure[0].noise",
            only("noise = \"count\"", LINEAR),
        ),
        case(
            "unfit-noise",
            "measures.toml:measure[0].noise",
            only(
                "noise = { levels = { counts = [\"m\", \"m\"], marks = [1, 2, 3] } }",
                LINEAR,
            ),
        ),
        case("measured-twice", "measures.toml:measure[3].filled_by", {
            let twice = formed(sum, &days).measure("g", &format!("filled_by = {{ form = {sum} }}"));
            twice
                .scheme_with("measure = \"n\"", "measure = \"g\"")
                .drop_measure("n")
        })
        .moved("measures.toml:measure[2].filled_by"),
        case(
            "asked-twice",
            "forms/more.toml:field[0].fact",
            formed(sum, &days).form("more", &format!("{FORM}{days}")),
        ),
        case(
            "scored-twice",
            "schemes/s.toml:bonus[0]",
            with(
                "",
                &item(
                    "bonus",
                    "c",
                    &format!("measure = \"m\"\npoints = 2\n{LINEAR}"),
                ),
            ),
        ),
        case(
            "over-burden",
            "forms/visits.toml:minutes",
            formed(sum, &days).file("[limits]\nminutes_per_month = 29\n"),
        ),
    ]
}

fn band_cases() -> Vec<Case> {
    let low = ("low", "");
    vec![
        case("band-order", "schemes/s.toml:band[1].at_least", {
            banded(
                "",
                &[
                    ("top", "at_least = 80\npercent = 10"),
                    ("good", "at_least = 90"),
                    low,
                ],
            )
        }),
        case(
            "unreachable-band",
            "schemes/s.toml:band[1]",
            banded(
                "",
                &[("top", "at_least = 80"), ("good", "at_least = 80"), low],
            ),
        ),
        case(
            "unreachable-band",
            "schemes/s.toml:band[1]",
            banded("", &[low, ("last", "")]),
        ),
        case(
            "unreachable-band",
            "schemes/s.toml:band[0].at_least",
            banded("", &[("top", "at_least = 101"), low]),
        ),
        case(
            "quota-over-100",
            "schemes/s.toml:band[1].percent",
            banded(
                "",
                &[("top", "percent = 60"), ("good", "percent = 41"), low],
            ),
        ),
        case(
            "k-means-bands",
            "schemes/s.toml:banding.k_means",
            with("banding = { k_means = {} }", ""),
        ),
        case(
            "k-means-bands",
            "schemes/s.toml:band[0].percent",
            banded("banding = { k_means = {} }", &[("top", "percent = 9"), low]),
        ),
        case(
            "no-peers",
            "schemes/s.toml:banding.within",
            banded("banding = { within = \"peers\" }", &[low]),
        ),
    ]
}

#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn scheme_cases() -> Vec<Case> {
    let village = "[[category]]\nid = \"village\"\nname = { zh = \"村\", en = \"Village\" }\n";
    let office = "[[office]]\nid = \"o\"\nname = { zh = \"办公室\", en = \"Office\" }\n";
    let base = scheme("", "").replace("category = \"town\"\n", "");
    let on_base = |rest: &str| {
        measured().scheme("base", &base).scheme(
            "s",
            &format!("extends = \"base\"\ncategory = \"town\"\n{rest}"),
        )
    };
    vec![
        case(
            "unscored-category",
            "campaign.toml:category[1]",
            with("", "").file(village),
        ),
        case(
            "same-start",
            "schemes/t.toml:from",
            with("from = \"2026\"", "").scheme("t", &scheme("from = \"2026-01\"", "")),
        ),
        case(
            "same-start",
            "schemes/t.toml",
            with("", "").scheme("t", &scheme("", "")),
        ),
        case(
            "from-inside-period",
            "schemes/s.toml:from",
            with("from = \"2026-02\"", "").file_with("\"month\"", "\"quarter\""),
        ),
        case(
            "frame-with-category",
            "schemes/s.toml:category",
            with("lock = true", ""),
        ),
        case(
            "unused-scheme",
            "schemes/t.toml",
            with("", "").scheme("t", &base),
        ),
        case(
            "unused-measure",
            "measures.toml:measure[2]",
            with("", "").measure("spare", ""),
        ),
        case(
            "unused-office",
            "campaign.toml:office[0]",
            with("", "").file(office),
        ),
        case(
            "unused-attribute",
            "campaign.toml:attribute[0]",
            with("", "").file(&office.replace("office", "attribute")),
        ),
        case(
            "missing-language",
            "schemes/s.toml:name",
            with("", "").scheme_with(", en = \"Scheme s\"", ""),
        ),
        case(
            "unknown-scheme",
            "schemes/t.toml:extends",
            with("", "").scheme(
                "t",
                "extends = \"ss\"\ncategory = \"town\"\nstatus = \"trial\"",
            ),
        ),
        case(
            "extends-circle",
            "schemes/t.toml:extends",
            with("", "").scheme(
                "t",
                "extends = \"t\"\ncategory = \"town\"\nstatus = \"trial\"",
            ),
        ),
        case(
            "redefined-item",
            "schemes/s.toml:indicator[0].id",
            on_base(&indicator("a", "m", "points = 60")),
        ),
        case("removed-in-use", "schemes/s.toml:remove[0]", {
            let text =
                base.replace("id = \"a\"", "id = \"a\"\ngroup = \"g\"") + &item("group", "g", "");
            measured().scheme("base", &text).scheme(
                "s",
                "extends = \"base\"\ncategory = \"town\"\nremove = [\"g\"]",
            )
        }),
        case(
            "unfit-change",
            "schemes/s.toml:change[0].aggregate",
            on_base("[[change]]\nid = \"a\"\naggregate = \"sum\""),
        ),
    ]
}

const TWO_ROLES: &str = "[[role]]\nid = \"clerk\"\nname = { zh = \"办事员\", en = \"Clerk\" }\n\
    [[role]]\nid = \"panel\"\nname = { zh = \"评议组\", en = \"Panel\" }\n";
const GROUP: &str = "[[served]]\nid = \"people\"\nname = { zh = \"群众\", en = \"People\" }\n";
const HONOUR: &str = "to = \"unit\"\nevery = \"month\"\nnominated_by = \"clerk\"\ndecided_by = \"panel\"\n\
    notice_days = 5\n";

/// A sound campaign whose calendar says more.
fn dated(keys: &str) -> Bench {
    with("", "")
        .file(TWO_ROLES)
        .file_with("period = \"month\"", &format!("period = \"month\", {keys}"))
}

/// A sound campaign with a ladder of these levels.
fn graded(keys: &str, levels: &[(&str, &str)]) -> Bench {
    let levels: String = levels
        .iter()
        .map(|(id, rest)| item("level", id, rest))
        .collect();
    with("", "").ladder(
        "year",
        &format!("category = \"town\"\nperiods = 12\n{keys}\n{levels}"),
    )
}

fn calendar_cases() -> Vec<Case> {
    vec![
        case(
            "no-working-day",
            "campaign.toml:calendar.rest",
            dated("rest = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\", \"sat\", \"sun\"]"),
        ),
        case(
            "useless-day",
            "campaign.toml:calendar.rest[1]",
            dated("rest = [\"sun\", \"sun\"]"),
        ),
        case(
            "useless-day",
            "campaign.toml:calendar.holidays[1]",
            dated("holidays = [\"2026-10-01\", \"2026-10-01\"]"),
        ),
        case(
            "useless-day",
            "campaign.toml:calendar.working_days[1]",
            dated("working_days = [\"2026-10-10\", \"2026-10-12\"]"),
        ),
        case(
            "clashing-days",
            "campaign.toml:calendar.working_days[0]",
            dated("holidays = [\"2026-10-10\"], working_days = [\"2026-10-10\"]"),
        ),
        case(
            "unknown-role",
            "campaign.toml:calendar.closing.closed_by",
            dated("closing = { closed_by = \"clark\" }"),
        ),
        case(
            "same-decider",
            "campaign.toml:calendar.closing.appeals_decided_by",
            dated("closing = { decided_by = \"panel\", appeals_decided_by = \"panel\" }"),
        ),
    ]
}

#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn life_cases() -> Vec<Case> {
    let rated = |share: &str| {
        let filled = format!("filled_by = {{ rating = {{ {share} }} }}");
        only(&filled, LINEAR).file(GROUP)
    };
    let honoured = |rest: &str| with("", "").file(TWO_ROLES).honour("star", rest);
    vec![
        case(
            "unknown-role",
            "campaign.toml:ratings.decided_by",
            with("", "").file("[ratings]\ndecided_by = \"panel\"\n"),
        ),
        case("duplicate-id", "campaign.toml:ratings.tag[1].id", {
            let tag = "[[ratings.tag]]\nid = \"fast\"\nname = { zh = \"快\", en = \"fast\" }\n";
            with("", "").file(&tag.repeat(2))
        }),
        case(
            "duplicate-id",
            "campaign.toml:served[1].id",
            with("", "").file(&GROUP.repeat(2)),
        ),
        case(
            "unknown-served",
            "measures.toml:measure[0].filled_by.rating.group",
            rated("group = \"peeple\", top_levels = 2"),
        ),
        case(
            "satisfied-and-low",
            "measures.toml:measure[0].filled_by.rating.top_levels",
            rated("top_levels = 4"),
        ),
        case(
            "duplicate-id",
            "services.toml:service[1].id",
            with("", "").service("permit", "").service("permit", ""),
        ),
        case(
            "unknown-category",
            "services.toml:service[0].categories[0]",
            with("", "").service("permit", "categories = [\"twon\"]"),
        ),
        case(
            "unknown-served",
            "services.toml:service[0].served[0]",
            with("", "").service("permit", "served = [\"people\"]"),
        ),
        case(
            "missing-language",
            "services.toml:service[0].steps[0]",
            with("", "").service("permit", "steps = [{ zh = \"受理\" }]"),
        ),
        case(
            "unknown-role",
            "honours/star.toml:decided_by",
            honoured(&HONOUR.replace("panel", "panal")),
        ),
        case(
            "unknown-category",
            "honours/star.toml:categories[0]",
            honoured(&format!("{HONOUR}categories = [\"village\"]")),
        ),
        case(
            "same-decider",
            "honours/star.toml:decided_by",
            honoured(&HONOUR.replace("panel", "clerk")),
        ),
        case(
            "nothing-to-require",
            "honours/star.toml:requires",
            honoured(&format!("{HONOUR}requires = \"clearly-ahead\"")),
        ),
        case(
            "nothing-to-require",
            "honours/star.toml:requires",
            honoured(&format!(
                "{}requires = \"clearly-improved\"",
                HONOUR.replace("\"unit\"", "\"person\"")
            ))
            .file("[comparison]\n"),
        ),
    ]
}

#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn ladder_cases() -> Vec<Case> {
    let rest = ("rest", "");
    vec![
        case("unknown-category", "ladders/year.toml:category", {
            let levels = item("level", "rest", "");
            with("", "").ladder(
                "year",
                &format!("category = \"city\"\nperiods = 1\n{levels}"),
            )
        }),
        case(
            "duplicate-id",
            "ladders/year.toml:level[1].id",
            graded("", &[("rest", "when = \"periods > 1\""), rest]),
        ),
        case(
            "over-periods",
            "ladders/year.toml:at_least",
            graded("at_least = 13", &[rest]),
        ),
        case(
            "bad-formula",
            "ladders/year.toml:level[0].when",
            graded("", &[("top", "when = \"mean_score\""), rest]),
        ),
        case(
            "unknown-name",
            "ladders/year.toml:level[0].when",
            graded("", &[("top", "when = \"score > 90\""), rest]),
        ),
        case(
            "unreachable-level",
            "ladders/year.toml:level[1]",
            graded("", &[("top", ""), rest]),
        ),
        case(
            "unreachable-level",
            "ladders/year.toml:level[0].at_most_percent",
            graded("", &[("top", "at_most_percent = 0"), rest]),
        ),
        case(
            "level-gap",
            "ladders/year.toml:level[0]",
            graded("", &[("top", "at_most_percent = 20")]),
        ),
        case(
            "quota-over-100",
            "ladders/year.toml:level[1].at_most_percent",
            graded(
                "",
                &[
                    ("top", "at_most_percent = 60"),
                    ("next", "at_most_percent = 60"),
                    rest,
                ],
            ),
        ),
        case(
            "level-order",
            "ladders/year.toml:level[1].coefficient",
            graded(
                "",
                &[
                    ("top", "at_most_percent = 20\ncoefficient = 1"),
                    ("rest", "coefficient = 1.2"),
                ],
            ),
        ),
        case(
            "level-order",
            "ladders/year.toml:level[1].eligible",
            graded(
                "",
                &[("top", "at_most_percent = 20"), ("rest", "eligible = true")],
            ),
        ),
    ]
}

fn field_cases() -> Vec<Case> {
    let count = "{ form = \"visits\", tally = \"count\" }";
    let column = "[[field.column]]\nid = \"n\"\nname = { zh = \"数\", en = \"Number\" }\n";
    let table = |rest: &str| formed(count, &field("goals", "table", rest));
    vec![
        case(
            "no-why",
            "forms/visits.toml:field[0]",
            formed(count, &field("photo", "attachment", "")),
        ),
        case(
            "no-choices",
            "forms/visits.toml:field[0]",
            formed(count, &field("met", "choice", "")),
        ),
        case("no-columns", "forms/visits.toml:field[0]", table("")),
        case(
            "unfit-column",
            "forms/visits.toml:field[0].column[0]",
            formed(
                count,
                &field("goal", "text", &format!("{column}type = \"number\"")),
            ),
        ),
        case(
            "no-choices",
            "forms/visits.toml:field[0].column[0]",
            table(&format!("{column}type = \"choice\"")),
        ),
        case(
            "empty-range",
            "forms/visits.toml:field[0].column[0].range",
            table(&format!(
                "{column}type = \"number\"\nrange = {{ min = 2, max = 1 }}"
            )),
        ),
        case(
            "duplicate-id",
            "forms/visits.toml:field[0].column[1].id",
            table(&format!("{column}type = \"text\"\n").repeat(2)),
        ),
        case(
            "unfit-tally",
            "measures.toml:measure[2].filled_by.form.tally",
            formed("{ form = \"visits\", tally = \"count\", of = \"all\" }", ""),
        ),
    ]
}

fn source_cases() -> Vec<Case> {
    let work = |tally: &str| {
        format!("filled_by = {{ work = {{ kind = \"task\", tally = \"{tally}\" }} }}\n")
    };
    let ranged =
        |tally: &str, range: &str| only(&format!("{}range = {range}", work(tally)), LINEAR);
    let twice = Bench::new()
        .measure("m", &work("in-time"))
        .measure("n", &work("in-time"))
        .scheme("s", &scheme("", ""));
    vec![
        case(
            "unfit-range",
            "measures.toml:measure[0].range",
            ranged("in-time", "{ min = 0, max = 1, whole = true }"),
        ),
        case(
            "unfit-range",
            "measures.toml:measure[0].range",
            ranged("overdue", "{ min = 0, max = 1 }"),
        ),
        case(
            "unfit-range",
            "measures.toml:measure[0].range",
            ranged("opened", "{ min = 1 }"),
        ),
        case(
            "measured-twice",
            "measures.toml:measure[1].filled_by",
            twice,
        ),
    ]
}

/// A case whose place is another one.
trait Moved {
    fn moved(self, place: &'static str) -> Case;
}

impl Moved for Case {
    fn moved(self, place: &'static str) -> Case {
        (self.0, place, self.2)
    }
}

fn cases() -> Vec<Case> {
    let mut cases = name_cases();
    cases.push(unit_case());
    cases.extend(rule_cases());
    cases.extend(point_cases());
    cases.extend(fact_cases());
    cases.extend(band_cases());
    cases.extend(scheme_cases());
    cases.extend(calendar_cases());
    cases.extend(life_cases());
    cases.extend(ladder_cases());
    cases.extend(field_cases());
    cases.extend(source_cases());
    cases
}

#[test]
fn sound_campaigns_have_no_findings() {
    let none: [String; 0] = [];
    let sum = "{ form = \"visits\", field = \"days\", tally = \"sum\" }";
    let formed = formed(sum, &field("days", "number", ""));
    for bench in [
        with("", ""),
        index(""),
        only(PERCENT, "rule = { earn = { per_case = 1 } }"),
        formed,
        dated(
            "holidays = [\"2026-10-01\", \"2026-10-03\"], working_days = [\"2026-10-10\"], \
             closing = { closed_by = \"clerk\", decided_by = \"clerk\", appeals_decided_by = \"panel\" }",
        ),
        with("", "")
            .file(TWO_ROLES)
            .file(GROUP)
            .service("permit", "categories = [\"town\"]\nserved = [\"people\"]")
            .honour("star", HONOUR),
        with("", "")
            .file(TWO_ROLES)
            .file("[comparison]\ncontrol = \"false-discovery\"\nrate = 0.1\n")
            .honour("star", &format!("{HONOUR}requires = \"clearly-ahead\"")),
        graded(
            "at_least = 6",
            &[
                (
                    "top",
                    "when = \"mean_score >= 90\"\nat_most_percent = 20\neligible = true",
                ),
                ("fair", "when = \"mean_score >= 60\""),
                ("low", ""),
            ],
        ),
    ] {
        let found: Vec<String> = bench
            .findings()
            .iter()
            .map(|finding| finding.problem.en.clone())
            .collect();
        assert_eq!(found, none);
    }
}

#[test]
fn each_mistake_is_found_once_where_it_stands() {
    let mut wrong = Vec::new();
    for (code, place, bench) in cases() {
        let findings = bench.findings();
        let found: Vec<String> = findings
            .iter()
            .map(|finding| format!("{} {}", finding.code, shown(&finding.place)))
            .collect();
        if found != [format!("{code} {place}")] {
            let said: Vec<&str> = findings
                .iter()
                .map(|finding| finding.problem.en.as_str())
                .collect();
            wrong.push(format!(
                "expected {code} {place}\n   found {found:?}\n   {said:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is worth a look but stops nothing, beside what is unused.
const WARNINGS: [&str; 7] = [
    "level-gap",
    "level-order",
    "missing-language",
    "no-columns",
    "same-decider",
    "satisfied-and-low",
    "useless-day",
];

#[test]
fn every_code_has_a_case_and_every_finding_a_remedy() {
    let mut codes = BTreeSet::new();
    for (_, _, bench) in cases() {
        for finding in bench.findings() {
            assert!(finding.remedy.is_some(), "{}", finding.code);
            let warns = finding.severity == Severity::Warning;
            let expected = finding.code.starts_with("unused") || WARNINGS.contains(&finding.code);
            assert_eq!(warns, expected, "{}", finding.code);
            codes.insert(finding.code);
        }
    }
    let listed: Vec<&str> = CODES.iter().map(|(code, ..)| *code).collect();
    assert!(listed.is_sorted());
    let without: Vec<&str> = listed
        .iter()
        .copied()
        .filter(|code| !codes.contains(code))
        .collect();
    assert!(without.is_empty(), "{without:?}");
    assert!(codes.iter().all(|code| listed.contains(code)));
}

#[test]
fn findings_do_not_depend_on_the_order_of_schemes() {
    for (code, _, bench) in cases() {
        if code == "same-start" {
            continue; // Points at the later of two.
        }
        let told = |bench: &Bench| {
            let mut told: Vec<String> = bench
                .findings()
                .iter()
                .map(|f| format!("{} {} {}", f.code, shown(&f.place), f.problem.zh))
                .collect();
            told.sort();
            told
        };
        assert_eq!(told(&bench), told(&bench.clone().reversed()), "{code}");
    }
}

#[test]
fn what_is_inherited_is_reported_once() {
    let base = scheme("", "")
        .replace("category = \"town\"\n", "")
        .replacen("full = 1 ", "full = 0 ", 1);
    let child = "extends = \"base\"\ncategory = \"town\"\nstatus = \"trial\"";
    let bench = measured()
        .scheme("base", &base)
        .scheme("s", child)
        .scheme("t", child);
    let found: Vec<String> = bench
        .findings()
        .iter()
        .map(|f| format!("{} {}", f.code, shown(&f.place)))
        .collect();
    assert_eq!(
        found,
        ["senseless-rule schemes/base.toml:indicator[0].rule.linear.full"]
    );
}

#[test]
fn messages_name_value_and_remedy() {
    let findings = with("", "")
        .scheme_with("total = 100", "total = 100.3")
        .findings();
    assert_eq!(
        findings[0].problem.zh,
        "各项合计 100 分,与总分 100.3 分不符,少 0.3 分"
    );
    assert_eq!(
        findings[0].problem.en,
        "the points add up to 100, not to the total of 100.3: 0.3 too few"
    );
    let findings = with("tie_break = [{ points = \"aa\" }]", "").findings();
    assert_eq!(
        findings[0].remedy.as_ref().unwrap().get(Lang::Zh),
        "是不是“a”?"
    );
}

#[test]
fn findings_about_how_a_campaign_is_run_in_words() {
    let cases = [
        calendar_cases(),
        life_cases(),
        ladder_cases(),
        field_cases(),
        source_cases(),
    ];
    let mut told = String::new();
    for (_, _, bench) in cases.concat() {
        for finding in bench.findings() {
            let remedy = finding.remedy.unwrap();
            told += &format!(
                "{} {}\n  {} {}\n  {} {}\n",
                finding.code,
                shown(&finding.place),
                finding.problem.zh,
                remedy.zh,
                finding.problem.en,
                remedy.en
            );
        }
    }
    insta::assert_snapshot!(told);
}

#[test]
fn shares_follow_points_and_weights() {
    let (campaign, _) = with("", "")
        .scheme_with("points = 40", "kind = \"paper\"\npoints = 40")
        .build();
    let shares = kind_shares(&campaign.effective[0]);
    assert_eq!((shares.outcome, shares.paper), (60.0, 40.0));
    let group = item("group", "g", "weight = 3\naggregate = \"geometric\"");
    let inside = indicator(
        "b",
        "m",
        "group = \"g\"\nkind = \"process\"\nrule = \"ratio-to-best\"",
    );
    let (campaign, _) = index(&format!("{group}{inside}")).build();
    let shares = kind_shares(&campaign.effective[0]);
    assert_eq!((shares.outcome, shares.process), (25.0, 75.0));
}

#[test]
fn burden_counts_what_is_regular() {
    let forms = with("", "")
        .file(ROLE)
        .form("a", &FORM.replace("month", "quarter"))
        .form("b", &FORM.replace("month", "event"))
        .form("c", &format!("{FORM}categories = [\"elsewhere\"]"));
    let (campaign, _) = forms.build();
    let burden = burden(&campaign);
    assert!((burden[0].minutes_per_month - 10.0).abs() < 1e-12);
    assert_eq!(burden[0].events[0].1, 30.0);
}
