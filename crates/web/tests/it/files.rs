//! Files: the same as the pages; feeds that can be read.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Write};

use crate::support::{Answered, Browser, Running};
use calamine::{Data, Reader, Xlsx};

#[test]
fn the_bundle_of_a_circular_can_be_verified() {
    let running = Running::shared();
    // The first checkpoint is signed a moment after the start.
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while running.app.host.status().sequenced < running.app.host.status().length {
        assert!(std::time::Instant::now() < deadline, "nothing is signed");
        std::thread::yield_now();
    }
    let answer = running.browser().get("/circulars/0/bundle.json");
    assert_eq!(answer.status, 200, "{}", answer.body);
    let bundle = host::bundle::unpack(&answer.body).unwrap();
    let found = host::bundle::verify(&bundle, None);
    assert!(found.is_sound(), "{:?}", found.faults);
}

#[test]
fn a_csv_says_what_the_page_says() {
    let browser = Running::shared().browser();
    let page = browser.get("/services").body;
    let csv = browser.get("/services?as=csv&table=services");
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
    let grid = rulebook::grid::read("services.csv", csv.body.as_bytes()).unwrap();
    let (mut reader, mut cells, mut rows) = (grid.reader(), Vec::new(), 0);
    while reader.next(&mut cells).is_some() {
        assert!(page.contains(cells[0].as_ref()), "{}", cells[0]);
        rows += 1;
    }
    assert!(rows > 0);
    assert_eq!(browser.get("/services?as=pdf").status, 404);
}

#[test]
fn feeds_are_well_formed() {
    let running = Running::shared();
    let browser = running.browser();
    let atom = browser.get("/feeds/circulars.atom").body;
    assert!(atom.starts_with("<?xml") && atom.contains("<entry><id>"));
    assert_eq!(
        atom.matches("<entry>").count(),
        atom.matches("</entry>").count()
    );
    let unit = {
        let state = running.app.host.read();
        let mut units = state.organisation.units(running.app.today(&state));
        units.next().unwrap().0.to_string()
    };
    let path = format!("/calendar/{unit}/due.ics");
    let calendar = browser.get(&path).body;
    assert!(calendar.starts_with("BEGIN:VCALENDAR\r\n") && calendar.ends_with("END:VCALENDAR\r\n"));
    assert!(calendar.contains("BEGIN:VEVENT"), "{calendar}");
    assert!(calendar.split("\r\n").all(|line| line.len() <= 75));
    assert_eq!(calendar, browser.get(&path).body, "it is stable");
}

#[test]
fn a_table_is_looked_at_first_and_taken_whole_or_not_at_all() {
    let running = Running::start();
    let path = "/office/import/figures";
    assert_eq!(running.browser().get(path).status, 404);
    let office = running.signed_in("office");
    let (measure, unit, length) = {
        let state = running.app.host.read();
        let book = state.rules.latest().unwrap();
        let mut measures = book.campaign.measures.iter().map(|written| &written.item);
        let by_file = |measure: &&rulebook::model::Measure| {
            matches!(measure.filled_by, Some(rulebook::model::FilledBy::File))
                || measure.filled_by.is_none()
        };
        let measure = measures.find(by_file).unwrap().id.as_str().to_owned();
        let mut units = state.organisation.units(running.app.today(&state));
        (measure, units.next().unwrap().0.to_string(), state.length())
    };
    let send = |step: &str, table: &str| {
        let fields = [("period", "2026-12"), ("table", table), ("step", step)];
        office.submit(path, path, &fields)
    };
    let wrong = send("hand-in", &format!("unit,{measure}\n{unit},abc\n"));
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains("class=\"wrong\""), "{}", wrong.body);
    let good = format!("unit,{measure}\n{unit},1\n");
    let looked = send("look", &good);
    assert_eq!(looked.status, 422);
    assert!(looked.body.contains("value=\"hand-in\""), "{}", looked.body);
    assert_eq!(
        running.app.host.read().length(),
        length,
        "nothing is taken yet"
    );
    let taken = send("hand-in", &good);
    assert_eq!(taken.status, 303, "{}", taken.body);
    assert_eq!(running.app.host.read().length(), length + 1);
}

/// Texts that a spreadsheet takes for formulas, as people type them.
const FORMULAS: [&str; 9] = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1+1)",
    "=HYPERLINK(\"http://evil.example\",\"click\")",
    "＝1+1",
    "＋1",
    "－2+3",
    "＠SUM(1)",
];

/// Every page that can be reached by links has been asked for; of pages alike, a few. Gives the links to files of tables.
fn exports(browser: &Browser) -> BTreeSet<String> {
    const ALIKE: usize = 2;
    // What differs from page to page of a kind: numbers, ids of units, periods.
    let kind = |path: &str| -> String {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let parts = path.split('/').map(|part| {
            let varies = part.contains(|c: char| c.is_ascii_digit());
            if varies { "*" } else { part }
        });
        parts.collect::<Vec<_>>().join("/")
    };
    let (mut asked, mut found) = (BTreeMap::<String, usize>::new(), BTreeSet::new());
    let mut seen = BTreeSet::new();
    let mut next: Vec<String> = [
        "/",
        "/promises",
        "/office",
        "/audit/log",
        "/audit/decisions",
    ]
    .map(str::to_owned)
    .to_vec();
    while let Some(path) = next.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let times = asked.entry(kind(&path)).or_default();
        *times += 1;
        if *times > ALIKE {
            continue;
        }
        let page = browser.get(&path);
        if page.status != 200 {
            continue;
        }
        let own = path.split('?').next().unwrap_or_default();
        for link in page.body.split("href=\"").skip(1) {
            let link = link.split('"').next().unwrap_or_default();
            let link = link.replace("&amp;", "&").replace("&#38;", "&");
            let link = match link.strip_prefix('?') {
                Some(query) => format!("{own}?{query}"),
                None => link,
            };
            if link.contains("as=csv") || link.contains("as=xlsx") {
                found.insert(link);
            } else if link.starts_with('/') && !link.starts_with("/static") {
                next.push(link);
            }
        }
    }
    found
}

/// That no cell of a CSV file is a formula, whatever separator a program cuts it by. Gives how many were kept from being one.
fn check_csv(path: &str, text: &str) -> usize {
    let (mut kept, mut quoted) = (0, false);
    for line in text.trim_start_matches('\u{feff}').split("\r\n") {
        for cell in line.split(',') {
            let starts = !quoted;
            quoted ^= cell.matches('"').count() % 2 == 1;
            if !starts {
                continue;
            }
            match cell.strip_prefix('"') {
                Some(inside) => {
                    let first = inside.trim_start().chars().next();
                    assert!(
                        !first.is_some_and(|c| "=+-@＝＋－＠".contains(c)),
                        "{path}: {cell}"
                    );
                    kept += usize::from(FORMULAS.iter().any(|text| {
                        let text = text.replace('"', "\"\"");
                        inside
                            .strip_prefix('\'')
                            .is_some_and(|inside| inside.starts_with(&text))
                    }));
                }
                None => assert!(
                    cell.is_empty() || cell.parse::<f64>().is_ok(),
                    "{path}: a text that isn't quoted: {cell}"
                ),
            }
        }
    }
    kept
}

/// That a workbook holds no formula. Gives how many texts like formulas it holds as texts.
fn check_xlsx(path: &str, bytes: &[u8]) -> usize {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let mut kept = 0;
    for sheet in book.sheet_names() {
        let formulas = book.worksheet_formula(&sheet).unwrap();
        assert_eq!(formulas.used_cells().count(), 0, "{path} has formulas");
        let cells = book.worksheet_range(&sheet).unwrap();
        kept += cells
            .used_cells()
            .filter(|(_, _, cell)| {
                matches!(cell, Data::String(text) if FORMULAS.contains(&text.as_str()))
            })
            .count();
    }
    kept
}

/// Units called as formulas are, and promises, objections and requests that read like them.
fn plant(running: &Running) {
    let secretary = running.signed_in("secretary");
    let page = secretary.get("/me").body;
    let unit = page.split("href=\"/units/").nth(1).unwrap();
    let unit = unit.split('/').next().unwrap();
    let form = format!("/units/{unit}/promises/new");
    let promise = |title: &str| {
        let code = secretary.get(&form).hidden("code");
        let fields = [
            ("title", title),
            ("due", "2027-03-31"),
            ("start", "1"),
            ("target", "2"),
            ("code", &code),
        ];
        let sent = secretary.submit(&form, &form, &fields);
        assert_eq!(sent.status, 303, "{title}: {}", sent.body);
    };
    FORMULAS.into_iter().for_each(promise);
    let office = running.signed_in("office");
    let path = "/office/import/organisation";
    let csv = office.get(&format!("{path}?template=units.csv")).body;
    let mut rows = csv.trim_start_matches('\u{feff}').lines();
    let mut table = format!("{}\n", rows.next().unwrap());
    for (row, name) in rows.zip(FORMULAS.iter().cycle()) {
        let mut cells = row.splitn(3, ',');
        let (id, rest) = (cells.next().unwrap(), cells.nth(1).unwrap());
        table += &format!("{id},\"{}\",{rest}\n", name.replace('"', "\"\""));
    }
    let looked = upload(
        &office,
        path,
        &[("step", "look")],
        ("units.csv", table.as_bytes()),
    );
    assert_eq!(
        confirm(&office, path, &looked).status,
        303,
        "{}",
        looked.body
    );
}

#[test]
fn what_people_typed_is_a_formula_in_no_file() {
    let running = Running::start();
    plant(&running);
    let (mut files, mut kept) = (BTreeSet::new(), (0, 0));
    for login in ["", "secretary", "office", "leader", "auditor", "ratings"] {
        let browser = match login {
            "" => running.browser(),
            login => running.signed_in(login),
        };
        for path in exports(&browser) {
            let file = browser.get(&path);
            assert_eq!(file.status, 200, "{path}");
            match path.contains("as=csv") {
                true => kept.0 += check_csv(&path, &file.body),
                false => kept.1 += check_xlsx(&path, &file.bytes),
            }
            files.insert(path);
        }
    }
    let parts = [
        "/circulars?",
        "/circulars/",
        "/units/",
        "/score/",
        "/ratings?",
        "/audit/log?",
        "/audit/decisions?",
        "/audit/rights?",
        "/categories/",
        "/services?",
    ];
    let missing = parts
        .into_iter()
        .filter(|part| !files.iter().any(|path| path.contains(part)));
    assert_eq!(
        missing.collect::<Vec<_>>(),
        [""; 0],
        "of {} files",
        files.len()
    );
    assert!(kept.0 > 100 && kept.1 > 100, "{kept:?} of {}", files.len());
}

/// Sends a form with a file.
pub fn upload(
    browser: &Browser,
    path: &str,
    fields: &[(&str, &str)],
    file: (&str, &[u8]),
) -> Answered {
    let shown = browser.get(path);
    let (csrf, key) = (shown.hidden("csrf"), shown.hidden("key"));
    let mut body = Vec::new();
    let all = [("csrf", csrf.as_str()), ("key", key.as_str())];
    for (name, value) in all.iter().chain(fields) {
        let part =
            format!("--cut\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    let part = format!(
        "--cut\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{}\"\r\n\r\n",
        file.0
    );
    body.extend_from_slice(part.as_bytes());
    body.extend_from_slice(file.1);
    body.extend_from_slice(b"\r\n--cut--\r\n");
    let kind = ("content-type", "multipart/form-data; boundary=cut");
    browser.send("POST", path, &[kind], &body)
}

/// Confirms what a file would change, as it was shown.
pub fn confirm(browser: &Browser, path: &str, looked: &Answered) -> Answered {
    let fields =
        ["csrf", "key", "stamp", "name", "content"].map(|name| (name, looked.hidden(name)));
    let mut form: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let from = looked
        .body
        .contains("name=\"from\" value")
        .then(|| looked.hidden("from"));
    form.extend(from.iter().map(|from| ("from", from.as_str())));
    form.push(("step", "take"));
    browser.post(path, &form)
}

/// A workbook of a few kilobytes that is enormous once it is unpacked.
fn swelling() -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    archive.start_file("xl/sharedStrings.xml", options).unwrap();
    let blank = vec![b' '; 1 << 20];
    for _ in 0..80 {
        archive.write_all(&blank).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// A workbook of many parts.
fn crowded() -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for part in 0..1_500 {
        archive
            .start_file(format!("xl/{part}.xml"), options)
            .unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// A workbook with two cells, as far apart as they can be.
fn sprawling() -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "unit").unwrap();
    sheet.write_string(1_048_575, 16_383, "x").unwrap();
    book.save_to_buffer().unwrap()
}

#[test]
fn a_workbook_that_would_fill_the_memory_is_refused_before_it_is_unpacked() {
    let running = Running::shared();
    let office = running.signed_in("office");
    let path = "/office/import/figures?lang=en";
    for (file, said) in [
        (swelling(), "has more than 64 MB or too many parts"),
        (crowded(), "has more than 64 MB or too many parts"),
        (sprawling(), "lie too far apart to be a table"),
        (b"PK\x03\x04 and nothing else".to_vec(), "can&#39;t be read"),
    ] {
        assert!(file.len() < 400_000, "{said}: {}", file.len());
        let fields = [("period", "2026-12"), ("step", "look")];
        let answer = upload(&office, path, &fields, ("a.xlsx", &file));
        assert_eq!(answer.status, 422, "{}", answer.body);
        assert!(answer.body.contains(said), "{said}: {}", answer.body);
    }
    let large = vec![b' '; 9 << 20];
    let fields = [("period", "2026-12"), ("step", "look")];
    let answer = upload(&office, path, &fields, ("a.csv", &large));
    assert!([413, 0].contains(&answer.status), "{}", answer.status);
}

#[test]
fn tables_of_the_office_are_files_with_all_their_rows() {
    let office = Running::shared().signed_in("office");
    let page = office.get("/office").body;
    let links: Vec<String> = page
        .split("href=\"?")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|link| link.contains("as=csv"))
        .map(|link| link.replace("&amp;", "&"))
        .collect();
    assert!(links.len() > 3, "{links:?}");
    let lines = links.iter().map(|link| {
        let file = office.get(&format!("/office?{link}"));
        assert_eq!(file.status, 200, "{link}");
        file.body.lines().count() - 1
    });
    let shown = page.matches("<tr role=\"row\"><th scope=\"row\"").count();
    assert_eq!(lines.sum::<usize>(), shown);
    for wrong in ["?as=csv&table=0", "?as=doc"] {
        assert_eq!(
            office.get(&format!("/office{wrong}")).status,
            404,
            "{wrong}"
        );
    }
}
