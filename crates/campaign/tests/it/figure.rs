//! Figures: what is handed in, what is refused, and how they come together.

use campaign::figure::{Action, Amount, REFUSALS, figures, preview};
use campaign::{Actor, State};
use rulebook::figures::{Figure, NOT_APPLICABLE};

use crate::months::{County, JANUARY, all_met, is_golden, month, note, started, table};
use crate::support::{day, unit};

fn hand_in(period: &str, table: &str) -> Action {
    Action::HandIn {
        period: month(period),
        table: table.to_owned(),
    }
}

fn take_back(measure: &str, of: &[&str]) -> Action {
    Action::TakeBack {
        period: month("2026-01"),
        measure: measure.into(),
        units: of.iter().map(|id| unit(id)).collect(),
        reason: note(9),
    }
}

fn figure_of(story: &County, measure: &str, town: &str) -> Figure {
    let state: &State = &story.state;
    let book = state.rules.latest().expect("adopted");
    let all = figures(state, book, month("2026-01"), day("2026-01-31"));
    let mut measures = book.campaign.measures.iter();
    let column = measures.position(|m| m.item.id.as_str() == measure);
    let at = all.units.iter().position(|unit| unit.id == town);
    let column = all.columns[column.expect("a measure")].as_ref();
    column.map_or(Figure::Missing, |column| {
        Figure::of(column.values[at.expect("a unit")])
    })
}

#[test]
fn a_later_table_replaces_what_it_says_and_leaves_what_it_leaves_empty() {
    let mut story = started();
    story.hand_in("2026-01", JANUARY);
    let later = "period,unit,measure,value,n\n2026-01,t1,settled,0.5,40\n2026-01,t2,visits,,\n2026-01,t3,settled,n/a,\n";
    story.does("close-2", hand_in("2026-01", later));
    assert_eq!(figure_of(&story, "settled", "t1"), Figure::Given(0.5));
    assert_eq!(figure_of(&story, "visits", "t2"), Figure::Given(60.0));
    assert_eq!(figure_of(&story, "settled", "t3"), Figure::NotApplicable);
    assert_eq!(figure_of(&story, "reach", "t2"), Figure::Given(0.6));
    assert_eq!(figure_of(&story, "reach", "county"), Figure::Missing);
    let history = story
        .state
        .figures
        .of(month("2026-01"))
        .expect("is there")
        .history();
    let cells: Vec<u32> = history.iter().map(|one| one.cells).collect();
    assert_eq!(cells, [12, 2]);
}

#[test]
fn what_is_tallied_from_records_comes_together_with_what_was_handed_in() {
    let mut story = started();
    story.hand_in("2026-01", JANUARY);
    story.file_finding("t2", "2026-01-15");
    assert_eq!(figure_of(&story, "findings", "t2"), Figure::Given(1.0));
}

#[test]
fn a_figure_taken_back_is_missing_again() {
    let mut story = started();
    is_golden("figure", "handed-in", &story.hand_in("2026-01", JANUARY));
    is_golden(
        "figure",
        "taken-back",
        &story.does("close-1", take_back("visits", &["t1"])),
    );
    assert_eq!(figure_of(&story, "visits", "t1"), Figure::Missing);
    assert_eq!(figure_of(&story, "reach", "t1"), Figure::Missing);
    assert_eq!(figure_of(&story, "visits", "t2"), Figure::Given(60.0));
}

#[test]
fn a_refusal_of_a_table_names_the_first_error_and_the_preview_has_them_all() {
    let mut story = started();
    let wrong = "unit,settled\nt1,1.5\nt2,many\nx,0.5\n";
    let refusal = story
        .send(
            &Actor::Program("register".into()),
            campaign::Action::Figure(hand_in("2026-01", wrong)),
        )
        .expect_err("is refused");
    assert_eq!(refusal.code, "figures-wrong");
    assert!(refusal.problem.en.contains("3 errors"), "{refusal}");
    let book = story.state.rules.latest().expect("adopted");
    let (columns, findings) = preview(&story.state, book, month("2026-01"), wrong);
    assert!(columns.is_none());
    assert_eq!(findings.len(), 3);
}

#[test]
fn amounts_come_back_from_json_and_snapshots_to_the_last_bit() {
    let odd = [
        0.1 + 0.2,
        1.0 / 3.0,
        5e-324,
        1.797e308,
        1e20,
        -0.0,
        NOT_APPLICABLE,
        f64::NAN,
    ];
    for value in odd {
        let amount = Amount::of(value);
        let json = serde_json::to_string(&amount).expect("JSON");
        assert_eq!(
            serde_json::from_str::<Amount>(&json).expect("reads"),
            amount,
            "{json}"
        );
    }
    let canonical: Amount = serde_json::from_str("100000000000000000000").expect("reads");
    assert_eq!(canonical, Amount::of(1e20));
    assert!(serde_json::from_str::<Amount>("\"none\"").is_err());
    let mut story = started();
    story.hand_in("2026-01", JANUARY);
    let bytes = story.state.snapshot().expect("is written");
    assert_eq!(State::restore(&bytes).expect("is read"), story.state);
}

#[test]
fn every_refusal_is_met_and_the_first_reason_is_given() {
    let good = table(JANUARY);
    let cases: Vec<(&str, Action, &str)> = vec![
        ("", hand_in("2026-01", &good), "not-a-person"),
        // Before the period is looked at, and before the table is.
        ("p1", hand_in("2027-01", "x"), "not-entitled"),
        ("close-1", hand_in("2027-01", &good), "no-such-period"),
        ("close-1", hand_in("2025-12", &good), "no-such-period"),
        ("close-1", hand_in("2026-Q1", &good), "no-such-period"),
        (
            "close-1",
            hand_in("2026-01", "unit,findings\nt1,-1\n"),
            "figures-wrong",
        ),
        (
            "close-1",
            hand_in("2026-01", "unit,findings\nt1,1\n"),
            "not-by-file",
        ),
        (
            "close-1",
            hand_in("2026-01", "unit,settled\nt1,\n"),
            "no-figures",
        ),
        (
            "close-1",
            take_back("settled", &["t1"]),
            "nothing-to-take-back",
        ),
        ("close-1", take_back("settled", &[]), "nothing-to-take-back"),
    ];
    let mut met: Vec<&str> = Vec::new();
    let mut story = started();
    for (who, action, code) in cases {
        if who.is_empty() {
            story.refused(&Actor::Public, campaign::Action::Figure(action), code);
        } else {
            story.cannot(who, action, code);
        }
        met.push(code);
    }
    story.on("2026-02-05").tick();
    story.cannot("close-1", hand_in("2026-01", "unit\n"), "cut-off");
    met.push("cut-off");
    all_met(REFUSALS, &met);
}
