//! Tables that are fine, in all the shapes people hand in.

use std::borrow::Cow;

use insta::assert_snapshot;
use proptest::prelude::*;
use rulebook::figures::{self, Column, Layout, PeriodFigures, Shape, Table};
use rulebook::{Campaign, Figures, Period, Unit, grid};
use rust_xlsxwriter::{Formula, Workbook};

use crate::tables::{campaign, organised, read, show, show_figures};

fn january() -> Layout {
    Layout {
        period: Some("2026-01".parse().unwrap()),
        ..Layout::default()
    }
}

/// The rows of a table, each as its line and cells.
fn rows(file: &str, bytes: &[u8]) -> Vec<(usize, Vec<String>)> {
    let grid = grid::read(file, bytes).unwrap_or_else(|errors| panic!("{}", show(&errors)));
    let (mut reader, mut cells, mut rows) = (grid.reader(), Vec::new(), Vec::new());
    while let Some(line) = reader.next(&mut cells) {
        rows.push((line, cells.iter().map(Cow::to_string).collect()));
    }
    assert_eq!(rows.len(), grid.rows.len());
    rows
}

#[test]
fn quoted_cells_may_hold_separators_quotes_and_line_breaks() {
    let found = rows(
        "t.csv",
        b"a,b\r\n\"x,1\",\"say \"\"hi\"\"\"\r\n\"two\nlines\",2\r\n\r\nlast,3\r\n",
    );
    let expected = [
        (2, ["x,1", "say \"hi\""]),
        (3, ["two\nlines", "2"]),
        (6, ["last", "3"]),
    ];
    assert_eq!(
        found,
        expected.map(|(line, cells)| (line, cells.map(str::to_owned).to_vec()))
    );
}

#[test]
fn old_line_breaks_are_line_breaks() {
    assert_eq!(rows("t.csv", b"a,b\r1,2\r3,4\r").len(), 2);
}

#[test]
fn semicolons_and_tabs_are_told_from_the_header() {
    for text in ["a;b;c\n1;2,5;3\n", "a\tb\tc\n1\t2,5\t3\n"] {
        assert_eq!(
            rows("t.csv", text.as_bytes()),
            [(2, vec!["1".to_owned(), "2,5".to_owned(), "3".to_owned()])]
        );
        assert_eq!(
            grid::read("t.csv", text.as_bytes()).unwrap().warnings[0].code,
            "other-separator"
        );
    }
}

#[test]
fn utf8_with_a_mark_and_gb18030_are_read() {
    let expected = [(2, vec!["城关镇".to_owned(), "1".to_owned()])];
    assert_eq!(
        rows("t.csv", "\u{feff}单位,数\n城关镇,1\n".as_bytes()),
        expected
    );
    let (gb, _, _) = encoding_rs::GB18030.encode("单位,数\n城关镇,1\n");
    assert_eq!(rows("t.csv", &gb), expected);
    assert_eq!(
        grid::read("t.csv", &gb).unwrap().warnings[0].code,
        "read-as-gb18030"
    );
}

#[test]
fn a_workbook_is_read_like_a_csv_file() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in ["unit", "due", "note"].iter().enumerate() {
        sheet.write(1, 1 + column as u16, *name).unwrap();
    }
    sheet
        .write(2, 1, "a")
        .unwrap()
        .write(2, 2, 0.1)
        .unwrap()
        .write(2, 3, true)
        .unwrap();
    sheet
        .write(4, 1, "b")
        .unwrap()
        .write_formula(4, 2, Formula::new("=1+1").set_result("2"))
        .unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let expected = [(3, vec!["a", "0.1", "TRUE"]), (5, vec!["b", "2", ""])];
    let owned =
        |(line, cells): (usize, Vec<&str>)| (line, cells.into_iter().map(str::to_owned).collect());
    assert_eq!(rows("t.xlsx", &bytes), expected.map(owned));
}

#[test]
fn a_wide_table() {
    let text = "unit,category,due,done,happy,happy.n,happy.se,remark\n\
                b,town,10,5,0.5,4,0.1,x\n\
                a,office,4,n/a,NA,,,\n\
                c,town,0,3,0.25,,,y\n";
    let (figures, findings) = read(&campaign(), text, &january());
    assert_eq!(show(&findings), "");
    assert_snapshot!(show_figures(&figures.unwrap()), @r"
    2026-01 a office 4 n/a n/a(n=4) -(n=-)(se=-)
    2026-01 b town 10 5 0.5(n=10) 0.5(n=4)(se=0.1)
    2026-01 c town 0 3 -(n=0) 0.25(n=-)(se=-)
    ");
}

#[test]
fn a_whole_number_may_be_missing_or_not_apply() {
    let text = "unit,category,due,done\na,town,,5\nb,town,n/a,5\n";
    let (figures, findings) = read(&campaign(), text, &january());
    assert_eq!(show(&findings), "");
    assert!(figures.is_some());
}

#[test]
fn a_long_table_and_a_wide_one_are_merged() {
    let long =
        "period,unit,measure,value,n\n2026-01,a,due,4,\n2026-02,a,due,5,\n2026-02,b,happy,0.5,20\n";
    let wide = "unit,period,done\na,2026-02,5\no,2026-01,1\n";
    let tables = [
        Table {
            name: "long.csv",
            bytes: long.as_bytes(),
        },
        Table {
            name: "wide.csv",
            bytes: wide.as_bytes(),
        },
    ];
    let (figures, notes, findings) = figures::read(&organised(), &tables, &Layout::default());
    assert_eq!(show(&findings), "");
    assert_eq!(
        notes
            .tables
            .iter()
            .map(|table| table.shape)
            .collect::<Vec<_>>(),
        [Shape::Long, Shape::Wide]
    );
    assert_snapshot!(show_figures(&figures.unwrap()), @r"
    2026-01 a town 4 - -(n=4) |
    2026-01 b town - - -(n=-) |
    2026-01 o office - 1 -(n=-) |
    2026-02 a town 5 5 1(n=5) -(n=-)
    2026-02 b town - - -(n=-) 0.5(n=20)
    2026-02 o office - - -(n=-) -(n=-)
    ");
}

#[test]
fn only_the_period_asked_for_and_the_one_before_are_read() {
    let text = "unit,when,due,done\na,2025-11,0,0\na,2025-12,0,0\na,2026-01,1,1\na,2026-02,2,2\n";
    let layout = Layout {
        period_column: Some("when".to_owned()),
        ..january()
    };
    let (figures, _) = read(&organised(), text, &layout);
    assert_eq!(
        figures
            .unwrap()
            .periods
            .keys()
            .map(Period::to_string)
            .collect::<Vec<_>>(),
        ["2025-12", "2026-01"]
    );
}

#[test]
fn without_a_period_the_only_version_says_it() {
    let (figures, findings) = read(&organised(), "unit,due,done\na,1,1\n", &Layout::default());
    assert_eq!(show(&findings), "");
    assert_eq!(
        figures
            .unwrap()
            .periods
            .keys()
            .map(Period::to_string)
            .collect::<Vec<_>>(),
        ["2026-01"]
    );
}

#[test]
fn unused_columns_are_noted() {
    let table = Table {
        name: "t.csv",
        bytes: b"unit,due,done,x,y\na,1,1,2,z\n",
    };
    let (_, notes, findings) = figures::read(&organised(), &[table], &january());
    assert_eq!(show(&findings), "");
    assert_eq!(notes.tables[0].unused, ["x", "y"]);
}

fn cell() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => prop::num::f64::NORMAL.prop_map(f64::abs),
        2 => 0.0..1e6_f64,
        1 => Just(figures::MISSING),
        1 => Just(figures::NOT_APPLICABLE),
    ]
}

fn column(units: usize) -> impl Strategy<Value = Option<Column>> {
    let cells = move || prop::collection::vec(cell(), units);
    let given = |cells: &Vec<f64>| {
        cells
            .iter()
            .any(|cell| cell.to_bits() != figures::MISSING.to_bits())
    };
    let column = (
        cells(),
        prop::option::of(cells()),
        prop::option::of(cells()),
    );
    prop::option::of(column.prop_map(move |(values, n, se)| Column {
        values,
        n: n.filter(given),
        se: se.filter(given),
    }))
}

fn period_figures() -> impl Strategy<Value = PeriodFigures> {
    let ids = prop::collection::btree_set("[a-z一-龥][a-z,\"0-9]{0,5}[0-9]", 1..8);
    ids.prop_flat_map(|ids| {
        let unit = |id: &String| Unit {
            id: id.clone(),
            name: format!("“{id}”, x"),
            category: "town".into(),
            parent: None,
            attributes: [("area".into(), "north".to_owned())].into(),
        };
        let units: Vec<Unit> = ids.iter().map(unit).collect();
        let columns = (column(units.len()), column(units.len()));
        columns.prop_map(move |(done, happy)| {
            // Without any column no unit would be written.
            let done = done.or(Some(Column {
                values: vec![1.0; units.len()],
                n: None,
                se: None,
            }));
            PeriodFigures {
                units: units.clone(),
                columns: vec![done, happy],
            }
        })
    })
}

fn plain_campaign() -> Campaign {
    let mut campaign = campaign();
    campaign.effective.clear();
    campaign
        .measures
        .retain(|written| matches!(written.item.id.as_str(), "done" | "happy"));
    campaign
        .measures
        .iter_mut()
        .for_each(|written| written.item.range = Default::default());
    campaign
}

fn bits(figures: &Figures) -> String {
    let bits = |cells: &Vec<f64>| cells.iter().map(|cell| cell.to_bits()).collect::<Vec<_>>();
    let column = |column: &Column| {
        (
            bits(&column.values),
            column.n.as_ref().map(bits),
            column.se.as_ref().map(bits),
        )
    };
    let period = |(period, figures): (&Period, &PeriodFigures)| {
        let columns: Vec<_> = figures
            .columns
            .iter()
            .map(|cells| cells.as_ref().map(column))
            .collect();
        format!("{period} {:?} {columns:?}", figures.units)
    };
    figures.periods.iter().map(period).collect()
}

proptest! {
    #[test]
    fn what_is_written_long_reads_back_equal(periods in prop::collection::btree_map(1_u8..=12, period_figures(), 1..3)) {
        let period = |month: u8| format!("2026-{month:02}").parse::<Period>().unwrap();
        let figures = Figures { periods: periods.into_iter().map(|(month, figures)| (period(month), figures)).collect() };
        let campaign = plain_campaign();
        let text = figures::write_long(&campaign, &figures);
        let (read, findings) = read(&campaign, &text, &Layout::default());
        prop_assert_eq!(show(&findings), "");
        prop_assert_eq!(bits(&read.unwrap()), bits(&figures));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[a\",;\t\r\n#0-9]{0,60}") {
        let _ = grid::read("t.csv", &bytes);
        let layout = Layout { unit_column: Some("a".to_owned()), ..january() };
        let _ = read(&organised(), &text, &layout);
    }
}
