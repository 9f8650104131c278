//! Every message about a table, in both languages: a table of what people hand in, and what they are told.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use insta::assert_snapshot;
use rulebook::figures::{self, Layout, Table};
use rulebook::{Campaign, Diagnostic, grid, organisation};
use rust_xlsxwriter::{Format, Formula, Workbook, Worksheet};

use crate::tables::{campaign, organised, read, show};

fn january() -> Layout {
    Layout {
        period: Some("2026-01".parse().unwrap()),
        ..Layout::default()
    }
}

/// Files that are wrong as tables, whatever they hold.
fn broken_files() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let utf16: Vec<u8> = "单位,数\n甲,1\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    vec![
        ("empty", "t.csv", Vec::new()),
        ("empty workbook", "t.xlsx", workbook(|_| {})),
        ("no bytes, called a workbook", "t.xlsx", Vec::new()),
        ("not a workbook", "t.xlsx", b"unit,due\na,1\n".to_vec()),
        (
            "old workbook",
            "t.csv",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(),
        ),
        (
            "damaged workbook",
            "t.xlsx",
            b"PK\x03\x04 and nothing more".to_vec(),
        ),
        (
            "UTF-16 with a mark",
            "t.csv",
            [b"\xff\xfe".as_slice(), &utf16].concat(),
        ),
        ("UTF-16 without", "t.csv", utf16),
        (
            "Latin-1",
            "t.csv",
            b"unit,due\nM\xfcnchen,1\nK\xf6ln,2\n".to_vec(),
        ),
        (
            "NUL",
            "t.csv",
            b"unit,due\naaaaaaaaaaaaaa,1\nb\0,2\n".to_vec(),
        ),
        ("cut off", "t.csv", b"unit,due\na,1\nb,2".to_vec()),
        (
            "unclosed quote",
            "t.csv",
            b"unit,due\n\"a,1\nb,2\n".to_vec(),
        ),
        (
            "text after a quote",
            "t.csv",
            b"unit,due\n\"a\"x,1\n".to_vec(),
        ),
        ("ragged", "t.csv", b"unit,due\na\nb,1,2\n".to_vec()),
        (
            "column names",
            "t.csv",
            b"unit,,due,due, done ,\"x\ny\"\na,1,2,3,4,5\n".to_vec(),
        ),
        ("semicolons", "t.csv", b"unit;due\na;1;2\n".to_vec()),
        ("merged cells", "t.xlsx", workbook(merged)),
        ("formula errors", "t.xlsx", workbook(formula_errors)),
        ("a formula never computed", "t.xlsx", uncomputed()),
        ("cells without a column name", "t.xlsx", workbook(outside)),
    ]
}

fn workbook(fill: impl Fn(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(book.add_worksheet());
    book.save_to_buffer().unwrap()
}

fn header(sheet: &mut Worksheet) {
    sheet.write_row(0, 0, ["unit", "due"]).unwrap();
}

fn merged(sheet: &mut Worksheet) {
    header(sheet);
    sheet.merge_range(1, 0, 2, 0, "a", &Format::new()).unwrap();
    sheet.write(1, 1, 1).unwrap().write(2, 1, 2).unwrap();
}

fn formula_errors(sheet: &mut Worksheet) {
    header(sheet);
    for (row, error) in (1..).zip(["#DIV/0!", "#N/A", "#REF!", "#VALUE!", "#NAME?"]) {
        sheet.write(row, 0, format!("u{row}")).unwrap();
        sheet
            .write_formula(row, 1, Formula::new("=1/0").set_result(error))
            .unwrap();
    }
}

/// What a library writes that doesn't compute: a formula cell without a value. The test's own library always writes one.
fn uncomputed() -> Vec<u8> {
    const SHEET: &str = r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
        <row r="1"><c r="A1" t="str"><v>unit</v></c><c r="B1" t="str"><v>due</v></c></row>
        <row r="2"><c r="A2" t="str"><v>a</v></c><c r="B2"><f>SUM(C1:C9)</f><v></v></c></row>
        </sheetData></worksheet>"#;
    const BOOK: &str = r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>
        <sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    const RELATIONS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
        <Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
        Target="worksheets/sheet1.xml"/></Relationships>"#;
    const ROOT: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
        <Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
        Target="xl/workbook.xml"/></Relationships>"#;
    zip(&[
        ("_rels/.rels", ROOT),
        ("xl/workbook.xml", BOOK),
        ("xl/_rels/workbook.xml.rels", RELATIONS),
        ("xl/worksheets/sheet1.xml", SHEET),
    ])
}

/// A zip file of uncompressed parts (APPNOTE 4.3): local headers with their parts, the directory, its end.
fn zip(parts: &[(&str, &str)]) -> Vec<u8> {
    let short = |number: usize| u16::try_from(number).unwrap().to_le_bytes();
    let long = |number: usize| u32::try_from(number).unwrap().to_le_bytes();
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, part) in parts {
        let mut shared = [
            &short(20)[..],
            &[0; 8],
            &crc32(part.as_bytes()).to_le_bytes(),
        ]
        .concat();
        shared.extend([long(part.len()), long(part.len())].concat());
        shared.extend([short(name.len()), short(0)].concat());
        directory.extend(
            [
                b"PK\x01\x02",
                &short(20)[..],
                &shared,
                &[0; 10],
                &long(out.len()),
                name.as_bytes(),
            ]
            .concat(),
        );
        out.extend([b"PK\x03\x04", &shared[..], name.as_bytes(), part.as_bytes()].concat());
    }
    let count = short(parts.len());
    let end = [
        b"PK\x05\x06",
        &[0; 4][..],
        &count,
        &count,
        &long(directory.len()),
        &long(out.len()),
        &[0; 2],
    ]
    .concat();
    [out, directory, end].concat()
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32| {
        if crc & 1 == 1 {
            (crc >> 1) ^ 0xedb8_8320
        } else {
            crc >> 1
        }
    };
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc))
    })
}

fn outside(sheet: &mut Worksheet) {
    header(sheet);
    sheet
        .write(1, 0, "a")
        .unwrap()
        .write(1, 1, 1)
        .unwrap()
        .write(1, 3, "checked by Li")
        .unwrap();
}

/// Figures that are wrong, in well-made tables.
const WRONG_FIGURES: &[(&str, &str)] = &[
    (
        "text in numbers",
        "unit,due,done\na,twelve,约 3\nb,1,#N/A\n",
    ),
    (
        "full-width digits",
        "unit,due,done\na,\u{ff11}\u{ff12},\u{ff13}\u{ff0e}5\nb,1\u{3002}5,\u{ff14}0\u{ff05}\n",
    ),
    (
        "separators",
        "unit,due,done\na,\"1,234\",\"2,5\"\nb,\"1,234.5\",12 345\n",
    ),
    (
        "percent and dates",
        "unit,due,done\na,1,95%\nb,2026-01-03,2026/1/3\n",
    ),
    (
        "not finite",
        "unit,due,done\na,NaN,inf\nb,1e400,-Infinity\n",
    ),
    ("range", "unit,due,done,happy\na,-1,-0.5,1.2\nb,1.5,1,95\n"),
    (
        "range of n and se",
        "unit,due,done,happy,happy.n,happy.se\na,1,1,1,-1,-2\n",
    ),
    (
        "units",
        "unit,due,done\na,1,1\na,2,2\n,3,3\nx,4,4\nbb,5,5\n\"a\nb\",6,6\n",
    ),
    ("spaces", "unit,due,done\n a,1, 1\nb ,2 ,2\n"),
    ("no unit column", "Unit,due,done\na,1,1\n"),
    ("computed", "unit,due,done,rate\na,1,1,1\n"),
    ("absent", "unit,Due\na,1\n"),
    (
        "long",
        "period,unit,measure,value\n2026-01,a,du,1\n2026-1,a,due,1\n2026,b,due,1\n2026-01-01,b,done,1\n",
    ),
    (
        "long, twice",
        "period,unit,measure,value\n2026-01,a,due,1\n2026-01,a,due,1\n2026-01,a,done,1\n2026-01,a,done,2\n",
    ),
    (
        "long, computed",
        "period,unit,measure,value\n2026-01,a,due,1\n2026-01,a,done,1\n2026-01,a,rate,1\n2026-01,b,rate,1\n",
    ),
    (
        "against the organisation",
        "unit,category,area,due,done\na,office,north,1,1\nb,town,west,1,1\n",
    ),
];

/// The same without an organisation.
const WRONG_UNITS: &[(&str, &str)] = &[
    ("no category", "unit,due,done\na,1,1\n"),
    (
        "categories",
        "unit,category,parent,due,done\na,twon,,1,1\nb,town,x,1,1\nc,town,b,1,1\n",
    ),
    (
        "attributes",
        "unit,category,area,due,done\na,town,nroth,1,1\n",
    ),
    (
        "facts that differ",
        "unit,category,period,measure,value\na,town,2026-01,due,1\na,office,2026-01,done,1\n",
    ),
];

const WRONG_ORGANISATIONS: &[(&str, &str)] = &[
    ("no unit column", "id,name\na,A\n"),
    (
        "units",
        "unit,name,category\na,A,town\na,B,town\n,C,town\nd,D,\ne,E,twon\n\"f\ng\",F,town\n",
    ),
    (
        "parents",
        "unit,category,parent\na,town,b\nb,town,c\nc,town,a\nd,town,d\ne,town,zz\nf,town,a\n",
    ),
    ("attributes", "unit,category,area\na,town,west\n"),
    (
        "columns",
        "unit,category,nmae,phone\na,town, A,1\n b,town,,\n",
    ),
];

fn render<'i>(cases: impl Iterator<Item = (&'i str, &'i str, Vec<Diagnostic>)>) -> String {
    let mut out = String::new();
    for (name, input, findings) in cases {
        writeln!(out, "## {name}\n{input}{}", show(&findings)).unwrap();
    }
    out
}

fn findings_about_figures(campaign: &Campaign, text: &str) -> Vec<Diagnostic> {
    let layout = if text.contains("period") {
        Layout::default()
    } else {
        january()
    };
    let (figures, findings) = read(campaign, text, &layout);
    assert_eq!(
        figures.is_none(),
        findings
            .iter()
            .any(|f| f.severity == rulebook::Severity::Error),
        "{text}"
    );
    findings
}

fn about_figures() -> Vec<(&'static str, &'static str, Vec<Diagnostic>)> {
    let organised = WRONG_FIGURES
        .iter()
        .map(|(name, text)| (*name, *text, findings_about_figures(&organised(), text)));
    organised
        .chain(
            WRONG_UNITS
                .iter()
                .map(|(name, text)| (*name, *text, findings_about_figures(&campaign(), text))),
        )
        .collect()
}

fn about_organisations() -> Vec<(&'static str, &'static str, Vec<Diagnostic>)> {
    let file = campaign().file;
    let read =
        |text: &str| organisation::read_with_warnings("organisation.csv", text.as_bytes(), &file).1;
    WRONG_ORGANISATIONS
        .iter()
        .map(|(name, text)| (*name, *text, read(text)))
        .collect()
}

#[test]
fn broken_files_are_refused() {
    let files = broken_files();
    let findings = |file: &str, bytes: &[u8]| match grid::read(file, bytes) {
        Ok(grid) => grid.warnings,
        Err(findings) => findings,
    };
    assert_snapshot!(render(files.iter().map(|(name, file, bytes)| (
        *name,
        "",
        findings(file, bytes)
    ))));
}

#[test]
fn wrong_figures_are_refused() {
    assert_snapshot!(render(about_figures().into_iter()));
}

#[test]
fn wrong_organisations_are_refused() {
    assert_snapshot!(render(about_organisations().into_iter()));
}

/// Findings that depend on what was said about the tables, not on the tables.
fn about_layouts() -> Vec<(&'static str, &'static str, Vec<Diagnostic>)> {
    let unit = Layout {
        unit_column: Some("iso4".to_owned()),
        ..january()
    };
    let period = Layout {
        period_column: Some("year".to_owned()),
        ..Layout::default()
    };
    let kind = Layout {
        period: Some("2026".parse().unwrap()),
        ..Layout::default()
    };
    let mut open = organised();
    open.effective[0].from = None;
    let text = "iso3,due,done\na,1,1\n";
    let by_unit = "unit,due,done\na,1,1\n";
    vec![
        ("--unit-column", text, read(&organised(), text, &unit).1),
        (
            "--period-column",
            by_unit,
            read(&organised(), by_unit, &period).1,
        ),
        ("--period", by_unit, read(&organised(), by_unit, &kind).1),
        (
            "no period",
            by_unit,
            read(&open, by_unit, &Layout::default()).1,
        ),
    ]
}

#[test]
fn wrong_layouts_are_refused() {
    assert_snapshot!(render(about_layouts().into_iter()));
}

#[test]
fn a_figure_given_by_two_tables_names_both() {
    let tables = [
        Table {
            name: "one.csv",
            bytes: b"unit,due,done\na,1,1\nb,2,2\n",
        },
        Table {
            name: "two.csv",
            bytes: b"unit,due\no,1\nb,3\na,1\n",
        },
    ];
    let (_, _, findings) = figures::read(&organised(), &tables, &january());
    assert_snapshot!(show(&findings));
}

#[test]
fn of_many_errors_the_first_are_shown_and_the_rest_counted() {
    let rows: String = (0..500).map(|row| format!("u{row},x,1\n")).collect();
    let (_, findings) = read(&organised(), &format!("unit,due,done\n{rows}"), &january());
    assert_eq!(findings.len(), 101);
    assert_eq!(
        findings[100].problem.en,
        "400 more errors in this file aren't listed"
    );
}

#[test]
fn sheets_are_chosen_and_the_others_named() {
    let mut book = Workbook::new();
    book.add_worksheet()
        .set_name("notes")
        .unwrap()
        .set_hidden(true)
        .write(0, 0, "x")
        .unwrap();
    header(
        book.add_worksheet()
            .set_name("January")
            .unwrap()
            .set_active(true),
    );
    header(book.add_worksheet().set_name("February").unwrap());
    book.add_worksheet();
    let bytes = book.save_to_buffer().unwrap();
    let first = grid::read("t.xlsx", &bytes).unwrap();
    assert_eq!(first.sheet.as_deref(), Some("January"));
    assert_snapshot!(show(&first.warnings));
    let named = grid::read_sheet("t.xlsx", &bytes, Some("February")).unwrap();
    assert_eq!(
        (named.sheet.as_deref(), named.warnings.len()),
        (Some("February"), 0)
    );
    assert_snapshot!(show(
        &grid::read_sheet("t.xlsx", &bytes, Some("March")).unwrap_err()
    ));
}

#[test]
fn a_workbook_that_would_fill_the_memory_is_refused() {
    let far = workbook(|sheet| {
        header(sheet);
        sheet.write(1_048_575, 16_383, 1).unwrap();
    });
    let found = grid::read("t.xlsx", &far).unwrap_err();
    assert_eq!((found.len(), found[0].code), (1, "sheet-sprawls"));
    // Long and wide, but full.
    let full = workbook(|sheet| {
        for row in 0..3_000 {
            sheet
                .write_row(row, 0, (0..20).map(|at| format!("c{row}-{at}")))
                .unwrap();
        }
    });
    assert_eq!(grid::read("t.xlsx", &full).unwrap().rows.len(), 2_999);
    assert!(grid::fits("t.xlsx", &full, 64 << 20).is_ok());
    let found = grid::fits("t.xlsx", &full, 100_000).unwrap_err();
    assert_eq!(found[0].code, "workbook-too-large");
    assert!(
        grid::fits("t.csv", &[b'a'; 1_000], 10).is_ok(),
        "a text is as large as it is"
    );
}

#[test]
fn every_code_is_listed_and_every_listed_code_occurs() {
    let listed: BTreeSet<&str> = [grid::CODES, figures::CODES, organisation::CODES]
        .concat()
        .iter()
        .map(|(code, _, _)| *code)
        .collect();
    let files = broken_files();
    let tables = files
        .iter()
        .flat_map(|(_, file, bytes)| match grid::read(file, bytes) {
            Ok(grid) => grid.warnings,
            Err(findings) => findings,
        });
    let others = [about_figures(), about_organisations(), about_layouts()].concat();
    let mut met: BTreeSet<&str> = others
        .iter()
        .flat_map(|(_, _, findings)| findings)
        .map(|finding| finding.code)
        .collect();
    met.extend(tables.map(|finding| finding.code));
    // These have tests of their own above.
    met.extend([
        "more-findings",
        "no-sheet",
        "other-sheets",
        "read-as-gb18030",
        "sheet-sprawls",
        "workbook-too-large",
    ]);
    assert_eq!(met, listed);
}

#[test]
fn a_computed_figure_outside_its_range_is_refused() {
    let mut campaign = campaign();
    for written in &mut campaign.measures {
        if written.item.id.as_str() == "rate" {
            written.item.range.max = Some(1.0);
        }
    }
    let findings = findings_about_figures(
        &campaign,
        "unit,category,due,done\na,town,4,5\nb,town,5,5\n",
    );
    let [finding] = findings.as_slice() else {
        panic!("{findings:?}");
    };
    assert_eq!(finding.code, "out-of-range");
    assert_eq!(
        finding.problem.en,
        "unit “a”, 2026-01: computed from “done / due”, the value 1.25 of “rate” is out of range: 1 or less"
    );
}
