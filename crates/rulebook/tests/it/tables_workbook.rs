//! A campaign folder as a workbook and back.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use insta::assert_snapshot;
use rulebook::{Diagnostic, FileKind, Folder, grid, workbook};
use rust_xlsxwriter::{Format, Workbook};

use crate::tables::show;

const CAMPAIGN: &str = r##"#:schema ../schema/campaign.schema.json
# 县级活动
#
# 第二段

# 标识
id = "county" # 不改
name = { zh = "创先争优", en = "Strive for \"excellence\"", de = "Wetteifer" }
aims = [
    # 先说结果
    { zh = "重实绩", en = "Results" },
    { zh = "重服务", en = "Service" }, # 第二
    # 完
]

# 周期
[calendar] # 一月一次
period = "month" # 不用季度

[limits]
# 纸面材料
paper_percent = 15
minutes_per_month = 7.5

# 乡镇
[[category]] # 第一类
id = "town"
# 名称
name = { zh = "乡镇", en = "Towns" }

[[office]]
id = "o"
name.zh = "办公室"
name.en = "Office"

[[category]]
id = "office"

[category.name]
zh = "机关" # 县直
en = "Offices"
# 末尾
"##;

const MEASURES: &str = r#"# 只有度量
[[measure]]
id = "due"
name = { zh = "应办\n件数" }
range = { min = 0, max = 1e6, whole = true }
optional = true

[[measure]]
id = "rate"
name = { zh = "率" }
filled_by = { formula = "due > 0 ? 1 / due : 0" }

[measure.range]
max = 0.1
"#;

const SCHEME: &str = r#"
id = "towns"
name = { zh = "细则" }
from = "2026-01"
lock = true
tie_break = [{ points = "a" }, { higher = "due" }]

# 准备
[[prepare]]
denominate = {}
[[prepare]]
impute = { with = "mean" } # 平均

[[indicator]]
id = "a"
name = { zh = "甲" }
points = 10.0
measure = "due"
rule = { steps = { step = [
    { at = 0.9, points = 10 }, # 好
    { at = 0.5, points = 5 },
] } }
open = ["points"]

[[indicator]]
id = "b"
name = { zh = "=1+1" }
points = -0.1
measure = "rate"
rule = "as-is"

[[band]]
id = "good"
name = { zh = "好" }
at_least = 90
"#;

const SERVICES: &str = r#"# 公开的标准
[[service]]
id = "permit"
name = { zh = "许可", en = "Permit" }
served = ["people"]
steps = [
    { zh = "受理", en = "Taken in" }, # 当天
    { zh = "发证", en = "Issued" },
]
days = 3 # 工作日
"#;

const HONOUR: &str = r#"id = "star"
name = { zh = "星级窗口", en = "Star window" }
to = "unit"
every = "quarter" # 一季一评
nominated_by = "clerk"
decided_by = "panel"
notice_days = 5
"#;

const LADDER: &str = r#"# 年度
id = "year"
name = { zh = "年度考核", en = "Annual appraisal" }
category = "town"
periods = 12

# 两成
[[level]]
id = "top"
name = { zh = "优秀", en = "Excellent" }
when = "mean_score >= 90"
at_most_percent = 20
eligible = true

[[level]]
id = "rest"
name = { zh = "其他", en = "Others" }
"#;

const FORM: &str = r#"id = "goals"
name = { zh = "目标", en = "Goals" }
filled_by = "clerk"
subject = "own-unit"
every = "month"
minutes = 5

[[field]]
id = "goals"
name = { zh = "目标", en = "Goals" }
type = "table"

# 能核对的
[[field.column]]
id = "figure"
name = { zh = "数", en = "Figure" }
type = "number"
range = { min = 0 }

[[field.column]]
id = "due"
name = { zh = "日期", en = "Date" }
type = "date" # 完成日期
"#;

fn folder() -> Folder {
    let files: [(&str, &[u8]); 13] = [
        ("services.toml", SERVICES.as_bytes()),
        ("honours/star.toml", HONOUR.as_bytes()),
        ("ladders/year.toml", LADDER.as_bytes()),
        ("forms/goals.toml", FORM.as_bytes()),
        ("campaign.toml", CAMPAIGN.as_bytes()),
        ("measures.toml", MEASURES.as_bytes()),
        ("measures/empty.toml", b"# nothing yet\n"),
        ("schemes/towns.toml", SCHEME.as_bytes()),
        (
            "organisation.csv",
            "unit,category,code\n甲,town,007\n\"乙,丙\",office,2.50\n丁,town,12\n".as_bytes(),
        ),
        ("figures/2026-01.csv", b"unit,due\na,1\nb,\n"),
        (
            "README.md",
            "# 说明\n\n  缩进 _x0041_ \n= 1\nno break at the end".as_bytes(),
        ),
        ("odd.csv", b"a,b\n,\n"),
        ("logo.png", b"\x89PNG\r\n\x1a\n\0\x01"),
    ];
    Folder {
        files: files
            .iter()
            .map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec()))
            .collect(),
    }
}

fn back_and_forth(folder: &Folder) -> Folder {
    let bytes = workbook::to_xlsx(folder).unwrap_or_else(|errors| panic!("{}", show(&errors)));
    workbook::from_xlsx(&bytes).unwrap_or_else(|errors| panic!("{}", show(&errors)))
}

/// The meaning of a TOML text: its values, numbers as doubles.
fn meaning(text: &str) -> serde_json::Value {
    fn doubles(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::Number(number) => *value = number.as_f64().into(),
            serde_json::Value::Array(items) => items.iter_mut().for_each(doubles),
            serde_json::Value::Object(map) => {
                map.values_mut().for_each(doubles);
                map.sort_keys();
            }
            _ => {}
        }
    }
    let mut value = serde_json::to_value(toml::from_str::<toml::Table>(text).unwrap()).unwrap();
    doubles(&mut value);
    value
}

/// The comments of a TOML text, sorted. None of the texts has a `#` in a string.
fn comments(text: &str) -> Vec<&str> {
    let mut comments: Vec<&str> = text
        .lines()
        .filter_map(|line| Some(line[line.find('#')?..].trim_end()))
        .collect();
    comments.sort_unstable();
    comments
}

fn cells(bytes: &[u8]) -> (Vec<String>, Vec<Vec<String>>) {
    let grid = grid::read("t.csv", bytes).unwrap();
    let (mut reader, mut cells, mut rows) = (grid.reader(), Vec::new(), Vec::new());
    while reader.next(&mut cells).is_some() {
        rows.push(cells.iter().map(Cow::to_string).collect());
    }
    (grid.header.clone(), rows)
}

fn assert_same(before: &Folder, after: &Folder) {
    assert_eq!(
        before.files.keys().collect::<Vec<_>>(),
        after.files.keys().collect::<Vec<_>>()
    );
    for (path, bytes) in &before.files {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let new = &after.files[path];
        if FileKind::of(path).is_some() {
            let (old, new) = (text(bytes), text(new));
            assert_eq!(meaning(&old), meaning(&new), "{path}\n{new}");
            assert_eq!(comments(&old), comments(&new), "{path}\n{new}");
        } else if path.ends_with(".csv") && grid::read(path, bytes).is_ok() {
            assert_eq!(cells(bytes), cells(new), "{path}");
        } else {
            assert_eq!(bytes, new, "{path}");
        }
    }
}

#[test]
fn a_folder_comes_back_with_its_meaning_and_comments() {
    let folder = folder();
    let after = back_and_forth(&folder);
    assert_same(&folder, &after);
    assert_eq!(
        back_and_forth(&after),
        after,
        "a second time changes nothing"
    );
    assert_eq!(
        workbook::to_xlsx(&folder),
        workbook::to_xlsx(&folder),
        "the same bytes"
    );
}

#[test]
fn the_files_read_well() {
    let after = back_and_forth(&folder());
    let text = |path: &str| String::from_utf8(after.files[path].clone()).unwrap();
    let files = [
        "campaign.toml",
        "measures.toml",
        "measures/empty.toml",
        "schemes/towns.toml",
        "services.toml",
        "honours/star.toml",
        "ladders/year.toml",
        "forms/goals.toml",
    ];
    assert_snapshot!(
        files
            .map(|path| format!("----- {path}\n{}", text(path)))
            .join("\n")
    );
}

#[test]
fn the_sheets_read_well() {
    let bytes = workbook::to_xlsx(&folder()).unwrap();
    let sheet = |name: &str| {
        let grid = grid::read_sheet("book.xlsx", &bytes, Some(name)).unwrap();
        let (mut reader, mut cells, mut out) =
            (grid.reader(), Vec::new(), format!("----- {name}\n"));
        while let Some(line) = reader.next(&mut cells) {
            for (name, cell) in grid
                .header
                .iter()
                .zip(&cells)
                .filter(|(_, cell)| !cell.is_empty())
            {
                out.push_str(&format!(
                    "{line} {name}: {}\n",
                    cell.replace('\n', "\n    | ")
                ));
            }
        }
        out
    };
    let names = [
        "files",
        "campaign",
        "category",
        "measure",
        "schemes",
        "indicator",
        "field",
        "service",
        "honours",
        "ladders",
        "level",
        "organisation.csv",
        "texts",
    ];
    assert_snapshot!(names.map(sheet).join("\n"));
}

/// `campaigns/*` of the project, where there are any.
#[test]
fn the_ready_campaigns_come_back() {
    let campaigns = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../campaigns");
    let Ok(entries) = std::fs::read_dir(&campaigns) else {
        println!("left out: there is no campaigns/");
        return;
    };
    for entry in entries {
        let root = entry.unwrap().path();
        let mut files = BTreeMap::new();
        gather(&root, &root, &mut files);
        let folder = Folder { files };
        assert_same(&folder, &back_and_forth(&folder));
    }
}

fn gather(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    if folder.is_file() {
        return;
    }
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(root, &path, files);
        } else {
            let name = path
                .strip_prefix(root)
                .unwrap()
                .to_str()
                .unwrap()
                .replace('\\', "/");
            files.insert(name, std::fs::read(&path).unwrap());
        }
    }
}

/// The sheets of a workbook: their names and rows.
type Sheets = &'static [(&'static str, &'static [&'static [&'static str]])];

fn book(sheets: Sheets) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, rows) in sheets {
        let sheet = book.add_worksheet().set_name(*name).unwrap();
        for (line, row) in (0..).zip(*rows) {
            sheet.write_row(line, 0, row.iter().copied()).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

#[test]
fn new_rows_need_no_order() {
    let bytes = book(&[(
        "band",
        &[
            &["file", "id", "name.zh", "at_least"],
            &["schemes/x.toml", "a", "甲", "9"],
            &["schemes/x.toml", "b", "乙", ""],
        ],
    )]);
    let after = workbook::from_xlsx(&bytes).unwrap();
    assert_snapshot!(String::from_utf8(after.files["schemes/x.toml"].clone()).unwrap(), @r#"
    [[band]]
    id = "a"
    name = { zh = "甲" }
    at_least = 9

    [[band]]
    id = "b"
    name = { zh = "乙" }
    "#);
}

const WRONG_WORKBOOKS: &[(&str, Sheets)] = &[
    (
        "sheets and columns",
        &[
            ("bands", &[&["file"], &["x"]]),
            (
                "band",
                &[
                    &["file", "ident", "name", "at_lest"],
                    &["schemes/x.toml", "a", "b", "c"],
                ],
            ),
        ],
    ),
    (
        "cells",
        &[(
            "indicator",
            &[
                &["file", "order", "id", "points", "rule"],
                &["schemes/x.toml", "first", "a", "ten", "{ linear = "],
                &["", "", "b", "1", ""],
                &["../x.toml", "", "b", "1", ""],
                &["forms/x.toml", "", "b", "1", ""],
            ],
        )],
    ),
    (
        "truths",
        &[(
            "measure",
            &[&["file", "optional"], &["measures.toml", "maybe"]],
        )],
    ),
    (
        "roots",
        &[(
            "schemes",
            &[
                &["file", "id"],
                &["schemes/x.toml", "a"],
                &["schemes/x.toml", "b"],
            ],
        )],
    ),
    (
        "files",
        &[
            (
                "files",
                &[
                    &["file", "kind", "sheet"],
                    &["a.csv", "table", "gone"],
                    &["b.txt", "poem", ""],
                    &["c.toml", "toml", ""],
                ],
            ),
            ("binaries", &[&["file", "text"], &["x.png", "0g"]]),
        ],
    ),
];

fn merged() -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("band").unwrap();
    sheet.write_row(0, 0, ["file", "id"]).unwrap();
    sheet
        .merge_range(1, 0, 2, 0, "schemes/x.toml", &Format::new())
        .unwrap();
    book.save_to_buffer().unwrap()
}

fn about_workbooks() -> Vec<(&'static str, Vec<Diagnostic>)> {
    let made = WRONG_WORKBOOKS
        .iter()
        .map(|(name, sheets)| (*name, book(sheets)));
    let others = [("no workbook", b"id = 1\n".to_vec()), ("merged", merged())];
    made.chain(others)
        .map(|(name, bytes)| (name, workbook::from_xlsx(&bytes).unwrap_err()))
        .collect()
}

#[test]
fn what_is_wrong_with_a_workbook_is_told_by_sheet_and_cell() {
    let told = about_workbooks()
        .into_iter()
        .map(|(name, findings)| format!("## {name}\n{}", show(&findings)));
    assert_snapshot!(told.collect::<Vec<_>>().join("\n"));
}

#[test]
fn every_code_of_workbooks_is_listed_and_occurs() {
    let listed: BTreeSet<&str> = workbook::CODES.iter().map(|(code, _, _)| *code).collect();
    let of_tables: BTreeSet<&str> = grid::CODES.iter().map(|(code, _, _)| *code).collect();
    let mut met: BTreeSet<&str> = about_workbooks()
        .iter()
        .flat_map(|(_, findings)| findings)
        .map(|f| f.code)
        .collect();
    met.insert("not-exportable");
    assert_eq!(
        met.difference(&of_tables).copied().collect::<BTreeSet<_>>(),
        listed
    );
}

#[test]
fn what_is_wrong_with_a_folder_is_told_by_file_and_key() {
    let long = format!("id = \"{}\"\n", "x".repeat(40_000));
    let files = [
        ("campaign.toml", "id = \"a\nname ="),
        ("measures.toml", "[[measure]]\nid = 1\nunite = \"x\"\n"),
        ("schemes/long.toml", &long),
    ];
    let files = files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
        .collect();
    assert_snapshot!(show(&workbook::to_xlsx(&Folder { files }).unwrap_err()));
}
